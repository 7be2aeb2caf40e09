import { describe, expect, test } from 'vitest'
import { buildDidDocument } from './build-document.ts'
import type { RegistryEvent } from '../registry.ts'

const address = '0xf3beac30c498d9e26865f34fcaa57dbb935b0d74'
const delegate = '0x1111111111111111111111111111111111111111'
const did = `did:ethr:${address}`
const now = 1_000_000n
const later = now + 60n
const account = 'eip155:1:0xF3beAC30C498D9E26865F34fCAa57dBB935b0D74'

type Attribute = Extract<RegistryEvent, { readonly kind: 'attribute' }>

function attribute(name: string, value: string | Uint8Array, validTo = later): Attribute {
  const bytes = typeof value === 'string' ? Uint8Array.from(Buffer.from(value, 'utf8')) : value
  return { kind: 'attribute', version: 1, name, value: bytes, validTo }
}

function delegateEvent(delegateType: string, validTo = later): RegistryEvent {
  return { kind: 'delegate', version: 1, delegateType, delegate, validTo }
}

function build(...events: readonly RegistryEvent[]) {
  return buildDidDocument({ did, address, chainId: 1n, events, now }).document
}

describe('buildDidDocument', () => {
  test('lists only the own account for a DID without changes', () => {
    expect(build()).toEqual({
      '@context': [
        'https://www.w3.org/ns/did/v1',
        'https://w3id.org/security/suites/secp256k1recovery-2020/v2',
        'https://w3id.org/security/v3-unstable',
      ],
      id: did,
      verificationMethod: [
        {
          id: `${did}#controller`,
          type: 'EcdsaSecp256k1RecoveryMethod2020',
          controller: did,
          blockchainAccountId: account,
        },
      ],
      authentication: [`${did}#controller`],
      assertionMethod: [`${did}#controller`],
    })
  })

  test('replaces the old owner with the new one', () => {
    const { verificationMethod } = build({ kind: 'owner', version: 1, owner: delegate })
    expect(verificationMethod).toMatchObject([{ blockchainAccountId: `eip155:1:${delegate}` }])
  })

  test('lists a veriKey for assertions, a sigAuth for authentication too, and ignores other types', () => {
    const document = build(delegateEvent('veriKey'), delegateEvent('sigAuth'), delegateEvent('raffle'))
    expect(document.assertionMethod).toEqual([`${did}#controller`, `${did}#delegate-1`, `${did}#delegate-2`])
    expect(document.authentication).toEqual([`${did}#controller`, `${did}#delegate-2`])
    expect(document.verificationMethod).toHaveLength(3)
  })

  test('does not reuse the numbers of expired and revoked entries', () => {
    const document = build(
      delegateEvent('veriKey', now - 1n),
      attribute('did/pub/Secp256k1/veriKey/hex', Uint8Array.of(2, 3)),
      attribute('did/svc/Gone', 'x', 0n),
      attribute('did/svc/Agent', 'https://agent.example'),
    )
    expect(document.verificationMethod[1]).toEqual({
      id: `${did}#delegate-2`,
      type: 'EcdsaSecp256k1VerificationKey2019',
      controller: did,
      publicKeyHex: '0203',
    })
    expect(document.service).toEqual([
      { id: `${did}#service-2`, type: 'Agent', serviceEndpoint: 'https://agent.example' },
    ])
  })

  test('lists a delegate up to its last second, and a revoked one no longer', () => {
    expect(build(delegateEvent('veriKey', now)).verificationMethod).toHaveLength(2)
    expect(build(delegateEvent('veriKey', now - 1n)).verificationMethod).toHaveLength(1)
    expect(build(delegateEvent('veriKey'), delegateEvent('veriKey', now - 1n)).verificationMethod).toHaveLength(1)
  })

  test('is empty after the owner was set to zero, even if events follow', () => {
    const events: readonly RegistryEvent[] = [
      attribute('did/svc/Agent', 'x'),
      { kind: 'owner', version: 2, owner: `0x${'0'.repeat(40)}` },
      { ...attribute('did/svc/Late', 'x'), version: 3 },
    ]
    const { document, deactivated, version } = buildDidDocument({ did, address, chainId: 1n, events, now })
    expect({ deactivated, version }).toEqual({ deactivated: true, version: 2 })
    expect(document).toMatchObject({ id: did, verificationMethod: [], authentication: [], assertionMethod: [] })
    expect(document).not.toHaveProperty('service')
  })

  test('lists a key agreement key until it is revoked', () => {
    const key = Uint8Array.of(1, 2, 3)
    const added = attribute('did/pub/X25519/enc/base64', key)
    expect(build(added)).toMatchObject({
      verificationMethod: [{}, { type: 'X25519KeyAgreementKey2019', publicKeyBase64: 'AQID' }],
      keyAgreement: [`${did}#delegate-1`],
      assertionMethod: [`${did}#controller`],
    })
    expect(build(added, { ...added, validTo: 0n })).not.toHaveProperty('keyAgreement')
  })

  test('parses a JSON service endpoint, but leaves a deeply nested one as text', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    const services = build(attribute('did/svc/A', '{"a":[1]}'), attribute('did/svc/B', deep)).service
    expect(services?.map(({ serviceEndpoint }) => serviceEndpoint)).toEqual([{ a: [1] }, deep])
  })

  test('omits an extremely long key', () => {
    const huge = new Uint8Array(500_000).fill(0xee)
    expect(build(attribute('did/pub/Ed25519/veriKey/base58', huge)).verificationMethod).toHaveLength(1)
  })

  test('limits the number of long base58 keys, but not of short ones', () => {
    const long = Array.from({ length: 300 }, (_, index) =>
      attribute(
        'did/pub/RSA/veriKey/base58',
        new Uint8Array(1024)
          .fill(255)
          .fill(index % 256, 0, 1)
          .fill(index >> 8, 1, 2),
      ),
    )
    const short = Array.from({ length: 300 }, (_, index) =>
      attribute('did/pub/Ed25519/veriKey/base58', Uint8Array.of(...new Uint8Array(31), index % 256, index >> 8)),
    )
    const lengths = build(...long, ...short).verificationMethod.map(
      ({ publicKeyBase58 }) => publicKeyBase58?.length ?? 0,
    )
    expect(lengths.filter((length) => length > 1000)).toHaveLength(100)
    expect(lengths.filter((length) => length > 0 && length < 100)).toHaveLength(300)
  })
})

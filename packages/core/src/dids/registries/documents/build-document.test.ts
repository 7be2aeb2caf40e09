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

/** The generator of secp256k1, compressed. */
const publicKey = Uint8Array.from(
  Buffer.from('0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798', 'hex'),
)
const jwk = {
  kty: 'EC',
  crv: 'secp256k1',
  x: 'eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g',
  y: 'SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg',
}

function buildVersion11(...events: readonly RegistryEvent[]) {
  const format = 'ethr-did-resolver-11'
  return buildDidDocument({ did, address, chainId: 1n, events, now, format }).document
}

function build(...events: readonly RegistryEvent[]) {
  return buildDidDocument({ did, address, chainId: 1n, events, now }).document
}

describe('buildDidDocument', () => {
  test('lists only the own account for a DID without changes', () => {
    expect(build()).toEqual({
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/suites/secp256k1recovery-2020/v2'],
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
      attribute('did/pub/RSA/veriKey/hex', Uint8Array.of(2, 3)),
      attribute('did/svc/Gone', 'x', 0n),
      attribute('did/svc/Agent', 'https://agent.example'),
    )
    expect(document.verificationMethod[1]).toEqual({
      id: `${did}#delegate-2`,
      type: 'RSA',
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
      verificationMethod: [{}, { type: 'X25519KeyAgreementKey2020', publicKeyMultibase: expect.stringMatching(/^z/) }],
      keyAgreement: [`${did}#delegate-1`],
      assertionMethod: [`${did}#controller`],
    })
    expect(build(added, { ...added, validTo: 0n })).not.toHaveProperty('keyAgreement')
  })

  test('lists secp256k1 keys as JWK, whatever their encoding, and omits what is no key', () => {
    for (const encoding of ['', '/hex', '/base58', '/pem'])
      expect(build(attribute(`did/pub/Secp256k1/veriKey${encoding}`, publicKey)).verificationMethod[1]).toEqual({
        id: `${did}#delegate-1`,
        type: 'EcdsaSecp256k1VerificationKey2019',
        controller: did,
        publicKeyJwk: jwk,
      })
    const document = build(
      attribute('did/pub/Secp256k1/veriKey', Uint8Array.of(1)),
      attribute('did/pub/Secp256k1/veriKey', publicKey),
    )
    expect(document.verificationMethod.map(({ id }) => id)).toEqual([`${did}#controller`, `${did}#delegate-2`])
  })

  test('lists keys of the 2020 suites in multibase, and has the contexts of what it lists', () => {
    const document = build(
      attribute('did/pub/Ed25519/veriKey/base64', new Uint8Array(32).fill(1)),
      attribute('did/pub/Multikey', Uint8Array.of(0x80, 0x24, 7)),
      attribute('did/pub/Secp256k1/sigAuth/hex', publicKey),
      attribute('did/pub/RSA/veriKey/base64', Uint8Array.of(1)),
    )
    expect(document.verificationMethod.slice(1, 3)).toMatchObject([
      { type: 'Ed25519VerificationKey2020', publicKeyMultibase: expect.stringMatching(/^z6Mk/) },
      { type: 'Multikey', publicKeyMultibase: expect.stringMatching(/^z/) },
    ])
    expect(document['@context']).toEqual([
      'https://www.w3.org/ns/did/v1',
      'https://w3id.org/security/suites/secp256k1recovery-2020/v2',
      'https://w3id.org/security/v2',
      'https://w3id.org/security/suites/ed25519-2020/v1',
      'https://w3id.org/security/multikey/v1',
      {
        publicKeyJwk: { '@id': 'https://w3id.org/security#publicKeyJwk', '@type': '@json' },
        publicKeyBase64: 'https://w3id.org/security#publicKeyBase64',
      },
    ])
  })

  test('lists the key of a DID that has one until its owner changes', () => {
    const events: readonly RegistryEvent[] = [{ kind: 'owner', version: 1, owner: delegate }]
    const of = (changes: readonly RegistryEvent[]) =>
      buildDidDocument({ did, address, publicKey, chainId: 1n, events: changes, now }).document
    expect(of([]).verificationMethod[1]).toEqual({
      id: `${did}#controllerKey`,
      type: 'EcdsaSecp256k1VerificationKey2019',
      controller: did,
      publicKeyJwk: jwk,
    })
    expect(of([]).authentication).toEqual([`${did}#controller`, `${did}#controllerKey`])
    expect(of(events).verificationMethod).toHaveLength(1)
  })

  test('has the suites of 2018 and 2019 in the form of version 11', () => {
    const document = buildVersion11(
      attribute('did/pub/Secp256k1/veriKey/hex', Uint8Array.of(2, 3)),
      attribute('did/pub/Ed25519/veriKey/base58', Uint8Array.of(1)),
      attribute('did/pub/X25519/enc/base64', Uint8Array.of(1, 2, 3)),
    )
    expect(document['@context']).toContain('https://w3id.org/security/v3-unstable')
    expect(document.verificationMethod.slice(1)).toMatchObject([
      { type: 'EcdsaSecp256k1VerificationKey2019', publicKeyHex: '0203' },
      { type: 'Ed25519VerificationKey2018', publicKeyBase58: '2' },
      { type: 'X25519KeyAgreementKey2019', publicKeyBase64: 'AQID' },
    ])
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
      attribute('did/pub/RSA/veriKey/base58', Uint8Array.of(...new Uint8Array(31), index % 256, index >> 8)),
    )
    const lengths = build(...long, ...short).verificationMethod.map(
      ({ publicKeyBase58 }) => publicKeyBase58?.length ?? 0,
    )
    expect(lengths.filter((length) => length > 1000)).toHaveLength(100)
    expect(lengths.filter((length) => length > 0 && length < 100)).toHaveLength(300)
  })
})

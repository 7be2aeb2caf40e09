import { decodeJwt, SignJWT } from 'jose'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createAuthority, issueCertificate, type TestCertificate } from '../test-fixtures/pki.ts'
import {
  ada,
  createIssuerHost,
  createTestPki,
  identity,
  type IssuerHost,
  publicUrl,
} from '../test-fixtures/issuer-host.ts'
import {
  createWalletClient,
  createWalletKey,
  credentialsOf,
  now,
  signProof,
  tokenOf,
  type WalletClient,
  type WalletKey,
  type WireReply,
} from '../test-fixtures/wallet-client.ts'
import { trustAnchors } from '../trust/trust-list.ts'

const said = ({ status, body }: WireReply) => [status, body['error'] ?? Object.keys(body)]
const refused = [400, 'invalid_proof']
const confirmed = z.object({ cnf: z.object({ jwk: z.object({ x: z.string() }) }) })

let pki: Awaited<ReturnType<typeof createTestPki>>
let provider: { readonly authority: TestCertificate; readonly leaf: TestCertificate }
let host: IssuerHost
let wallet: WalletClient
let token: string
let keys: readonly [WalletKey, WalletKey]

const createProvider = async (name: string) => {
  const authority = await createAuthority(name)
  return { authority, leaf: await issueCertificate(authority, 'Key storage') }
}
const start = async (issuer: Parameters<typeof createIssuerHost>[1] = {}) => {
  host = createIssuerHost(pki.signer, issuer)
  wallet = await createWalletClient(host.credentials.issuer, publicUrl)
  token = tokenOf(await wallet.redeem((await host.credentials.issuer.offer(identity, { claims: ada })).uri))
}

beforeAll(async () => {
  pki = await createTestPki()
  provider = await createProvider('Key storage CA')
})
beforeEach(async () => {
  keys = [await createWalletKey(), await createWalletKey()]
  const keyAttestation = trustAnchors([{ certificate: provider.authority.pem, purposes: ['key-attestation'] }])
  await start({ issuer: { keyAttestation } })
})

interface AttestationInput {
  readonly payload?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly leaf?: TestCertificate
  /** Signs in place of the leaf. */
  readonly signer?: TestCertificate
}

const attest = ({ payload = {}, header = {}, leaf = provider.leaf, signer = leaf }: AttestationInput = {}) => {
  const claims = { iat: now(), exp: now() + 60, attested_keys: keys.map(({ jwk }) => jwk), ...payload }
  const x5c = [Buffer.from(leaf.der).toString('base64')]
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'key-attestation+jwt', x5c, ...header })
    .sign(signer.privateKey)
}
const ask = (proofs: object) =>
  wallet.post('/credential', token, { json: { credential_configuration_id: 'identity.sd-jwt', proofs } })
const boundTo = (reply: WireReply) =>
  credentialsOf(reply).map((text) => confirmed.parse(decodeJwt(text.split('~', 1)[0] ?? '')).cnf.jwk.x)
const coordinates = () => keys.map(({ jwk }) => jwk.x)

/** What is wrong with an attestation, whatever carries it. */
const wrongAttestations: readonly (readonly [string, () => Promise<AttestationInput>])[] = [
  ['of an unknown key storage', async () => ({ leaf: (await createProvider('Other')).leaf })],
  ['signed by another key than the leaf', async () => ({ signer: (await createProvider('Other')).leaf })],
  ['whose anchor is the authority of credentials', async () => ({ leaf: pki.leaf })],
  ['without a chain', async () => ({ header: { x5c: undefined } })],
  ['with an empty chain', async () => ({ header: { x5c: [] } })],
  ['that holds its anchor', async () => ({ header: { x5c: chainOf(provider.leaf, provider.authority) } })],
  ['of another typ', async () => ({ header: { typ: 'JWT' } })],
  ['of the typ of drafts', async () => ({ header: { typ: 'keyattestation+jwt' } })], // cspell:disable-line
  ['that is expired', async () => ({ payload: { exp: now() - 1 } })],
  ['whose exp is no number', async () => ({ payload: { exp: 'never' } })],
  ['without iat', async () => ({ payload: { iat: undefined } })],
  ['from the future', async () => ({ payload: { iat: now() + 3600, exp: now() + 7200 } })],
  ['without keys', async () => ({ payload: { attested_keys: [] } })],
  ['whose keys are no array', async () => ({ payload: { attested_keys: keys[0].jwk } })],
  ['with a key twice', async () => ({ payload: { attested_keys: [keys[0].jwk, keys[0].jwk] } })],
  ['with a private key', async () => ({ payload: { attested_keys: [{ ...keys[0].jwk, d: 'A'.repeat(43) }] } })],
  ['with a key off the curve', async () => ({ payload: { attested_keys: [{ ...keys[0].jwk, y: keys[1].jwk.y }] } })],
  ['with a symmetric key', async () => ({ payload: { attested_keys: [{ kty: 'oct', k: 'AA' }] } })],
  ['with more keys than a batch', async () => ({ payload: { attested_keys: await manyKeys(4) } })],
  ['with a nonce that is no string', async () => ({ payload: { nonce: 7 } })],
]
const chainOf = (...certificates: readonly TestCertificate[]) =>
  certificates.map(({ der }) => Buffer.from(der).toString('base64'))
const manyKeys = async (count: number) => {
  const more = await Promise.all(Array.from({ length: count - 2 }, createWalletKey))
  return [...keys, ...more].map(({ jwk }) => jwk)
}

describe('a proof by key attestation', () => {
  const proven = async ({ payload = {}, ...rest }: AttestationInput = {}) => ({
    attestation: [await attest({ ...rest, payload: { nonce: await wallet.nonce(), ...payload } })],
  })

  test('gets an instance for each attested key, once', async () => {
    const proofs = await proven()
    expect(boundTo(await ask(proofs))).toEqual(coordinates())
    expect(said(await ask(proofs))).toEqual(refused)
    keys = [await createWalletKey(), await createWalletKey()]
    expect((await ask(await proven({ payload: { exp: undefined } }))).status).toBe(200)
  })

  test('uses its nonce up', async () => {
    const nonce = await wallet.nonce()
    expect((await ask(await proven({ payload: { nonce } }))).status).toBe(200)
    keys = [await createWalletKey(), await createWalletKey()]
    expect(said(await ask(await proven({ payload: { nonce } })))).toEqual([400, 'invalid_nonce'])
  })

  test.each(wrongAttestations)('%s is refused, and uses nothing up', async (_, input) => {
    const nonce = await wallet.nonce()
    const { payload = {}, ...rest } = await input()
    expect(said(await ask(await proven({ ...rest, payload: { nonce, ...payload } })))).toEqual(refused)
    expect((await ask(await proven({ payload: { nonce } }))).status).toBe(200)
  })

  test('without a nonce, with one of another server, with two attestations or beside a jwt is refused', async () => {
    expect(said(await ask(await proven({ payload: { nonce: undefined } })))).toEqual(refused)
    expect(said(await ask(await proven({ payload: { nonce: 'x'.repeat(73) } })))).toEqual([400, 'invalid_nonce'])
    const [attestation = ''] = (await proven()).attestation
    expect(said(await ask({ attestation: [attestation, attestation] }))).toEqual(refused)
    const jwt = [await signProof(keys[0], { aud: publicUrl, nonce: await wallet.nonce() })]
    expect(said(await ask({ attestation: [attestation], jwt }))).toEqual(refused)
  })

  test('is announced only by an issuer that trusts key storages, and refused by others', async () => {
    const types = async () =>
      JSON.stringify((await wallet.send('/.well-known/openid-credential-issuer', { method: 'GET' })).body)
    expect(await types()).toContain('"attestation"')
    await start()
    expect(await types()).not.toContain('"attestation"')
    expect(said(await ask(await proven()))).toEqual(refused)
  })
})

describe('a proof by a signature with a key attestation', () => {
  interface ProofChange {
    readonly attestation?: AttestationInput
    readonly header?: Readonly<Record<string, unknown>>
    readonly key?: WalletKey
    readonly nonce?: string
  }
  const sign = async ({ attestation = {}, header = {}, key = keys[0], nonce }: ProofChange = {}) =>
    signProof(key, {
      aud: publicUrl,
      nonce: nonce ?? (await wallet.nonce()),
      header: { key_attestation: await attest(attestation), ...header },
    })
  const byKid = (kid: unknown) => ({ jwk: undefined, kid })

  test('gets an instance for each attested key, once', async () => {
    const jwt = [await sign()]
    expect(boundTo(await ask({ jwt }))).toEqual(coordinates())
    expect(said(await ask({ jwt }))).toEqual(refused)
  })

  test.each([
    ['the position of an attested key', '1'],
    ['the id of an attested key', 'second'],
  ])('may name its key by %s', async (_, kid) => {
    const attested_keys = [keys[0].jwk, { ...keys[1].jwk, kid: 'second' }]
    const jwt = [await sign({ attestation: { payload: { attested_keys } }, header: byKid(kid), key: keys[1] })]
    expect(boundTo(await ask({ jwt }))).toEqual(coordinates())
  })

  test.each(wrongAttestations)('%s is refused, and uses nothing up', async (_, input) => {
    const nonce = await wallet.nonce()
    expect(said(await ask({ jwt: [await sign({ attestation: await input(), nonce })] }))).toEqual(refused)
    expect((await ask({ jwt: [await sign({ nonce })] })).status).toBe(200)
  })

  test('is refused without an end of the attestation, since it may have no nonce', async () => {
    expect(said(await ask({ jwt: [await sign({ attestation: { payload: { exp: undefined } } })] }))).toEqual(refused)
  })

  test('is refused if its key is not attested, or named twice, wrongly or not at all', async () => {
    const other = await createWalletKey()
    const cases: readonly ProofChange[] = [
      { key: other },
      { header: { jwk: keys[1].jwk } },
      { header: { kid: '0' } },
      { header: byKid('1') },
      { header: byKid('2') },
      { header: byKid('-1') },
      { header: byKid('did:example:1#0') },
      { header: byKid(0) },
      { header: { jwk: undefined } },
      { header: { x5c: chainOf(provider.leaf) } },
      { header: { key_attestation: 7 } },
      { header: { key_attestation: 'a.b.c' } },
      { header: { key_attestation: undefined, ...byKid('0') } },
    ]
    for (const change of cases) expect(said(await ask({ jwt: [await sign(change)] }))).toEqual(refused)
  })

  test('uses up the nonce of the attestation as well', async () => {
    const nonce = await wallet.nonce()
    const attestation = { payload: { nonce } }
    expect((await ask({ jwt: [await sign({ attestation })] })).status).toBe(200)
    keys = [await createWalletKey(), await createWalletKey()]
    expect(said(await ask({ jwt: [await sign({ attestation })] }))).toEqual([400, 'invalid_nonce'])
    const foreign = { payload: { nonce: 'x'.repeat(73) } }
    expect(said(await ask({ jwt: [await sign({ attestation: foreign })] }))).toEqual([400, 'invalid_nonce'])
  })

  test('comes alone', async () => {
    const plain = await signProof(await createWalletKey(), { aud: publicUrl, nonce: await wallet.nonce() })
    expect(said(await ask({ jwt: [await sign(), plain] }))).toEqual(refused)
  })

  test('proves its own key only where no key storage is trusted', async () => {
    await start()
    expect(boundTo(await ask({ jwt: [await sign()] }))).toEqual([keys[0].jwk.x])
    expect(said(await ask({ jwt: [await sign({ header: byKid('0') })] }))).toEqual(refused)
  })
})

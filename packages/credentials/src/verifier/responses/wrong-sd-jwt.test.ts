import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { signJws } from '../../formats/jws.ts'
import { createDisclosure } from '../../formats/sd-jwt/disclosure.ts'
import { parseSdJwt } from '../../formats/sd-jwt/parse-sd-jwt.ts'
import { createHolderKey, issueCertificate, signerOf } from '../../test-fixtures/pki.ts'
import {
  codeOf,
  exchange,
  exchangeSdJwt,
  origin,
  transports,
  verifiedPerson,
} from '../../test-fixtures/presentation-exchange.ts'
import {
  type HeldCredential,
  issuePidMdoc,
  issuePidSdJwt,
  person,
  pidPaths,
  presentMdoc,
  presentSdJwt,
  type SdJwtChange,
} from '../../test-fixtures/test-wallet.ts'
import type { VerifierHost } from '../../test-fixtures/verifier-host.ts'
import { prepareVerifiers } from '../../test-fixtures/verifiers.ts'
import type { WalletRequest } from '../../test-fixtures/wallet-request.ts'
import { x5cOf } from '../../trust/signer-key.ts'

const verifiers = prepareVerifiers()
let host: VerifierHost

beforeEach(async () => {
  host = await verifiers.start()
})

const seconds = (): number => Math.floor(Date.now() / 1000)

/** Issues an SD-JWT with any payload. */
async function issuePayload(
  payload: Record<string, unknown>,
  disclosures: readonly string[] = [],
  header: Record<string, unknown> = { x5c: x5cOf(verifiers.pki.issuer) },
): Promise<HeldCredential> {
  const key = await createHolderKey()
  const claims = { vct: 'urn:eudi:pid:1', cnf: { jwk: key.publicKey }, _sd_alg: 'sha-256', ...payload }
  const jwt = await signJws(verifiers.pki.issuer, { typ: 'dc+sd-jwt', ...header }, claims)
  return { credential: [jwt, ...disclosures, ''].join('~'), key }
}

describe.each(transports)('an SD-JWT VC over %s', (transport) => {
  const exchanged = () => ({ host, transport })
  test('that is right is verified, with attributes of one name for both formats', async () => {
    const { status, result } = await exchangeSdJwt(exchanged(), await issuePidSdJwt(verifiers.pki.issuer))
    expect(status).toBe(200)
    expect(result).toMatchObject({
      status: 'verified',
      attributes: verifiedPerson,
      credentials: [{ id: 'pid-1', type: 'urn:eudi:pid:1', anchor: 'PID provider', format: 'dc+sd-jwt' }],
    })
    expect(Object.keys(result.attributes ?? {})).toHaveLength(4)
  })

  const otherKey = createHolderKey()
  const bindings: readonly (readonly [string, () => Promise<SdJwtChange>, string])[] = [
    ['with another nonce', async () => ({ nonce: 'n-0S6_WzA2Mj' }), 'holder-binding.nonce'],
    ['with another audience', async () => ({ audience: 'x509_hash:other' }), 'holder-binding.audience'],
    ['with a binding of an hour ago', async () => ({ issuedAt: seconds() - 3600 }), 'holder-binding.time'],
    ['with a binding of the future', async () => ({ issuedAt: seconds() + 3600 }), 'holder-binding.time'],
    ['with a binding of another key', async () => ({ key: await otherKey }), 'holder-binding.signature'],
    ['with a claim that nobody asked for', async () => ({ paths: [...pidPaths, ['email']] }), 'query.over-disclosed'],
    ['without a claim', async () => ({ paths: pidPaths.slice(1) }), 'query.missing'],
    [
      'with an element of an array that was not asked for',
      async () => ({ paths: [...pidPaths, ['address']] }),
      'query.over-disclosed',
    ],
  ]
  test.each(bindings)('%s is refused', async (_, change, code) => {
    const reply = await exchangeSdJwt(exchanged(), await issuePidSdJwt(verifiers.pki.issuer), await change())
    expect([codeOf(reply), reply.status]).toEqual([code, 400])
  })

  test.each([
    ['without key binding', (text: string) => parseSdJwt(text).bound, 'holder-binding.missing'],
    ['with a disclosure taken away', (text: string) => dropDisclosure(text), 'holder-binding.hash'],
    ['with a disclosure twice', (text: string) => text.replace(/~([^~]+)~/, '~$1~$1~'), 'disclosure.twice'],
    [
      'with a signature of no meaning',
      (text: string) => text.replace(/\.[\w-]+~/, `.${'A'.repeat(86)}~`),
      'credential.signature',
    ],
    ['that is no SD-JWT', () => 'no', 'credential.malformed'],
    ['that is empty', () => '', 'credential.malformed'],
    ['in JSON serialization', () => '{"payload":"e30"}', 'credential.malformed'],
    ['with base64url that is not canonical', (text: string) => text.replace('~', '=~'), 'credential.malformed'],
    [
      'with a key binding of no meaning',
      (text: string) => `${parseSdJwt(text).bound}a.b.c`,
      'holder-binding.signature',
    ],
  ])('%s is refused', async (_, edit, code) => {
    const reply = await exchangeSdJwt(exchanged(), await issuePidSdJwt(verifiers.pki.issuer), {}, edit)
    expect([codeOf(reply), reply.status]).toEqual([code, 400])
  })

  test('with a disclosure that the issuer has not signed is refused', async () => {
    const { encoded } = createDisclosure('Windsor', 'birth_family_name')
    const reply = await exchangeSdJwt(exchanged(), await issuePidSdJwt(verifiers.pki.issuer), {
      bound: (text) => `${text}${encoded}~`,
    })
    expect(codeOf(reply)).toBe('disclosure.unreferenced')
  })

  test('with a changed disclosure is refused', async () => {
    const { encoded } = createDisclosure('Mallory', 'given_name')
    const bound = (text: string): string => text.replace(/~[^~]+~/, `~${encoded}~`)
    const reply = await exchangeSdJwt(exchanged(), await issuePidSdJwt(verifiers.pki.issuer), { bound })
    expect(codeOf(reply)).toBe('disclosure.unreferenced')
  })

  const issued: readonly (readonly [string, () => Promise<HeldCredential>, string])[] = [
    [
      'that has expired',
      () => issuePidSdJwt(verifiers.pki.issuer, { expiresAt: seconds() - 3600 }),
      'credential.expired',
    ],
    [
      'that is not valid yet',
      () => issuePidSdJwt(verifiers.pki.issuer, { notBefore: seconds() + 3600 }),
      'credential.not-yet',
    ],
    ['of another type', () => issuePidSdJwt(verifiers.pki.issuer, { vct: 'urn:eudi:pid:2' }), 'credential.type'],
    ['of an issuer that is not trusted', () => issuePidSdJwt(verifiers.pki.rogue), 'credential.issuer'],
    [
      'with the certificate of a trusted issuer, signed by another',
      () => issuePidSdJwt({ ...verifiers.pki.rogue, certificates: verifiers.pki.issuer.certificates }),
      'credential.signature',
    ],
    [
      'of a certificate that is over',
      async () => issuePidSdJwt(signerOf(await issueCertificate(verifiers.pki.root, 'Old', { from: -9, until: -1 }))),
      'credential.issuer',
    ],
    [
      'with the anchor in the chain',
      () =>
        issuePidSdJwt({
          ...verifiers.pki.issuer,
          certificates: [...verifiers.pki.issuer.certificates, verifiers.pki.root.der],
        }),
      'credential.issuer',
    ],
    [
      'with an unknown critical extension',
      async () =>
        issuePidSdJwt(signerOf(await issueCertificate(verifiers.pki.root, 'Odd', { criticalExtension: '1.2.3.4' }))),
      'credential.issuer',
    ],
    ['without certificates', () => issuePayload({}, [], {}), 'credential.issuer'],
    ['with its key in the header', () => issuePayload({}, [], { jwk: { kty: 'EC' } }), 'credential.issuer'],
    ['with certificates by URL', () => issuePayload({}, [], { x5u: 'https://x.example' }), 'credential.issuer'],
    ['without a type', () => issuePayload({ vct: undefined }), 'credential.malformed'],
    [
      'with another typ',
      () => issuePayload({}, [], { x5c: x5cOf(verifiers.pki.issuer), typ: 'vc+sd-jwt' }),
      'credential.type',
    ],
    [
      'with alg none',
      () => issuePayload({}, [], { x5c: x5cOf(verifiers.pki.issuer), alg: 'none' }),
      'credential.signature',
    ],
    [
      'with a symmetric algorithm',
      () => issuePayload({}, [], { x5c: x5cOf(verifiers.pki.issuer), alg: 'HS256' }),
      'credential.signature',
    ],
    ['bound to no key', () => issuePayload({ cnf: undefined }), 'holder-binding.missing'],
    ['with an unknown hash algorithm', () => issuePayload({ _sd_alg: 'md5' }), 'credential.malformed'],
    [
      'that is too deep',
      () => issuePayload({ a: JSON.parse('{"a":'.repeat(100) + '1' + '}'.repeat(100)) }),
      'credential.malformed',
    ],
    [
      'with an unknown status mechanism',
      () => issuePayload({ ...person, status: { other: {} } }),
      'credential.malformed',
    ],
  ]
  test.each(issued)('%s is refused', async (_, issue, code) => {
    const reply = await exchangeSdJwt(exchanged(), await issue(), { paths: 'all' })
    expect([codeOf(reply), reply.status]).toEqual([code, 400])
  })

  const disclosed: readonly (readonly [string, () => Promise<HeldCredential>, string])[] = [
    ['its expiry', () => issueDisclosed('exp', seconds() + 1000), 'disclosure.forbidden'],
    ['its key', () => issueDisclosed('cnf', {}, { cnf: undefined }), 'disclosure.forbidden'],
    ['its status', () => issueDisclosed('status', {}), 'disclosure.forbidden'],
    [
      'a claim that is there already',
      () => issueDisclosed('given_name', 'Mallory', { given_name: 'Erika' }),
      'disclosure.overwrites',
    ],
  ]
  test.each(disclosed)('that discloses %s is refused', async (_, issue, code) => {
    const reply = await exchangeSdJwt(exchanged(), await issue(), { paths: 'all' })
    expect(codeOf(reply)).toBe(code)
  })

  test('with a digest twice is refused', async () => {
    const { encoded, digest } = createDisclosure('Erika', 'given_name')
    const held = await issuePayload({ _sd: [digest], address: { _sd: [digest] } }, [encoded])
    expect(codeOf(await exchangeSdJwt(exchanged(), held, { paths: 'all' }))).toBe('disclosure.twice')
  })

  test.each([
    [1, 'credential.revoked'],
    [2, 'credential.suspended'],
    [3, 'credential.revoked'],
  ])('with the status %i is refused', async (value, code) => {
    verifiers.statusServer.set(7, value)
    expect(codeOf(await exchangeSdJwt(exchanged(), await issuePidSdJwt(verifiers.pki.issuer)))).toBe(code)
  })

  test('for another credential of the query, or none of it, is refused', async () => {
    const held = await issuePidSdJwt(verifiers.pki.issuer)
    const answers: readonly ((text: string) => unknown)[] = [
      (text) => ({ other: [text] }),
      (text) => ({ 'pid-1': [text, text] }),
      (text) => ({ 'pid-1': text }),
      () => ({ 'pid-1': [] }),
      () => ({ 'pid-1': [{}] }),
      () => ({}),
      () => [],
      () => 'text',
      () => null,
    ]
    const codes = []
    for (const answer of answers)
      codes.push(codeOf(await exchange(exchanged(), async (request) => answer(await presentSdJwt(request, held)))))
    const malformed = 'response.malformed'
    expect(codes).toEqual([
      'query.missing',
      malformed,
      malformed,
      malformed,
      malformed,
      'query.missing',
      malformed,
      malformed,
      malformed,
    ])
  })

  test('beside an mdoc that says the same is more than was asked for', async () => {
    const [held, other] = [await issuePidSdJwt(verifiers.pki.issuer), await issuePidMdoc(verifiers.pki.issuer)]
    const reply = await exchange(exchanged(), async (request) => ({
      'pid-1': [await presentSdJwt(request, held)],
      'pid-2': [await presentMdoc(request, other)],
    }))
    expect(codeOf(reply)).toBe('query.over-disclosed')
  })

  test('that was presented to another request is refused', async () => {
    const held = await issuePidSdJwt(verifiers.pki.issuer)
    let earlier = ''
    await exchange(exchanged(), async (request) => ({ 'pid-1': [(earlier = await presentSdJwt(request, held))] }))
    expect(codeOf(await exchange(exchanged(), async () => ({ 'pid-1': [earlier] })))).toBe('holder-binding.nonce')
  })

  test('bound to an Ed25519 key is verified with a signature of that key, and under no other algorithm', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const jwk = publicKey.export({ format: 'jwk' })
    const { email: _email, address: _address, ...asked } = person
    const bindWith = (alg: string) => async (request: WalletRequest) => {
      const { credential } = await issuePayload({ ...asked, cnf: { jwk } })
      const audience = transport === 'dc_api.jwt' ? `origin:${origin}` : request.client_id
      const claims = { nonce: request.nonce, aud: audience, iat: seconds(), sd_hash: hash(credential) }
      const signer = { sign: (bytes: Uint8Array) => sign(null, bytes, privateKey) }
      return { 'pid-1': [credential + (await signJws(signer, { typ: 'kb+jwt', alg }, claims))] }
    }
    expect(codeOf(await exchange(exchanged(), bindWith('EdDSA')))).toBe('verified')
    expect(codeOf(await exchange(exchanged(), bindWith('Ed25519')))).toBe('verified')
    expect(codeOf(await exchange(exchanged(), bindWith('ES256')))).toBe('holder-binding.signature')
    expect(codeOf(await exchange(exchanged(), bindWith('HS256')))).toBe('holder-binding.signature')
  })
})

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function dropDisclosure(text: string): string {
  const { jwt, disclosures, keyBinding = '' } = parseSdJwt(text)
  const others = disclosures.filter((one) => !Buffer.from(one, 'base64url').toString().includes('"given_name"'))
  return [jwt, ...others, keyBinding].join('~')
}

function issueDisclosed(name: string, value: unknown, payload: Record<string, unknown> = {}): Promise<HeldCredential> {
  const { encoded, digest } = createDisclosure(value, name)
  return issuePayload({ _sd: [digest], ...payload }, [encoded])
}

import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { decodeCbor } from '../formats/cbor/decode-cbor.ts'
import { encodeCbor } from '../formats/cbor/encode-cbor.ts'
import { toCborArray, toCborMap } from '../formats/cbor/read-cbor.ts'
import type { CborValue } from '../formats/cbor/cbor-value.ts'
import { signJws } from '../formats/jws.ts'
import { fullDate } from '../formats/mdoc/dates.ts'
import { createDisclosure } from '../formats/sd-jwt/disclosure.ts'
import { parseSdJwt } from '../formats/sd-jwt/parse-sd-jwt.ts'
import { createHolderKey, issueCertificate, signerOf } from '../test-fixtures/pki.ts'
import {
  authenticateRequest,
  encryptResponse,
  fetchRequest,
  type HeldCredential,
  issuePidMdoc,
  issuePidSdJwt,
  type MdocChange,
  nameSpace,
  person,
  pidElements,
  pidPaths,
  postJson,
  presentMdoc,
  presentSdJwt,
  respond,
  type SdJwtChange,
  type WalletRequest,
} from '../test-fixtures/test-wallet.ts'
import {
  createStatusServer,
  createTestPki,
  startVerifier,
  type TestPki,
  type VerifierHost,
} from '../test-fixtures/verifier-host.ts'
import { x5cOf } from '../trust/signer-key.ts'

const origin = 'https://shop.example'
const transports = ['direct_post.jwt', 'dc_api.jwt'] as const
type Transport = (typeof transports)[number]

let pki: TestPki
let host: VerifierHost
let statusServer: ReturnType<typeof createStatusServer>

beforeAll(async () => {
  pki = await createTestPki()
})
beforeEach(async () => {
  statusServer = createStatusServer(pki.issuer)
  host = await startVerifier(pki, { fetch: statusServer.fetch })
})
afterEach(() => host.close())

interface Exchange {
  readonly status: number
  readonly result: Awaited<ReturnType<VerifierHost['verifier']['result']>>
}

/** Requests the PID, has it presented, and gets the result. */
async function exchange(
  transport: Transport,
  present: (request: WalletRequest) => Promise<unknown>,
  more: object = {},
): Promise<Exchange> {
  if (transport === 'dc_api.jwt') {
    const created = await host.verifier.request({ query: 'pid', flow: 'dc-api', origin })
    const { data, responseUrl, protocol } = created.dcApi ?? { data: { request: '' }, responseUrl: '', protocol: '' }
    const request = authenticateRequest(data.request ?? '')
    const response = await encryptResponse(request, { vp_token: await present(request), ...more }, 'A128GCM')
    const { status } = await postJson(responseUrl, { protocol, data: { response } }, { origin })
    return { status, result: await host.verifier.result(created) }
  }
  const created = await host.verifier.request({ query: 'pid', flow: 'same-device' })
  const request = await fetchRequest(created.uri ?? '')
  const { status, body } = await respond(request, await present(request), more)
  const target = body['redirect_uri']
  const responseCode = typeof target === 'string' ? new URL(target).searchParams.get('response_code') : null
  const { transaction } = created
  return { status, result: await host.verifier.result({ transaction, responseCode: responseCode ?? undefined }) }
}

const codeOf = ({ result }: Exchange): string => result.code ?? result.status

const sdJwtExchange = (
  transport: Transport,
  held: HeldCredential,
  change?: SdJwtChange,
  edit = (text: string) => text,
) => exchange(transport, async (request) => ({ 'pid-1': [edit(await presentSdJwt(request, held, change))] }))

const mdocExchange = (transport: Transport, held: HeldCredential, change?: MdocChange, edit = (text: string) => text) =>
  exchange(transport, async (request) => ({ 'pid-2': [edit(await presentMdoc(request, held, change))] }))

const seconds = (): number => Math.floor(Date.now() / 1000)

/** Issues an SD-JWT with any payload. */
async function issuePayload(
  payload: Record<string, unknown>,
  disclosures: readonly string[] = [],
  header: Record<string, unknown> = { x5c: x5cOf(pki.issuer) },
): Promise<HeldCredential> {
  const key = await createHolderKey()
  const claims = { vct: 'urn:eudi:pid:1', cnf: { jwk: key.publicKey }, _sd_alg: 'sha-256', ...payload }
  const jwt = await signJws(pki.issuer, { typ: 'dc+sd-jwt', ...header }, claims)
  return { credential: [jwt, ...disclosures, ''].join('~'), key }
}

describe.each(transports)('an SD-JWT VC over %s', (transport) => {
  test('that is right is verified, with attributes of one name for both formats', async () => {
    const { status, result } = await sdJwtExchange(transport, await issuePidSdJwt(pki.issuer))
    expect(status).toBe(200)
    expect(result).toMatchObject({
      status: 'verified',
      attributes: {
        given_name: 'Erika',
        family_name: 'Mustermann',
        birth_date: '1984-01-26',
        nationalities: ['DE', 'FR'],
      },
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
    const exchanged = await sdJwtExchange(transport, await issuePidSdJwt(pki.issuer), await change())
    expect([codeOf(exchanged), exchanged.status]).toEqual([code, 400])
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
    const exchanged = await sdJwtExchange(transport, await issuePidSdJwt(pki.issuer), {}, edit)
    expect([codeOf(exchanged), exchanged.status]).toEqual([code, 400])
  })

  test('with a disclosure that the issuer has not signed is refused', async () => {
    const { encoded } = createDisclosure('Windsor', 'birth_family_name')
    const exchanged = await sdJwtExchange(transport, await issuePidSdJwt(pki.issuer), {
      bound: (text) => `${text}${encoded}~`,
    })
    expect(codeOf(exchanged)).toBe('disclosure.unreferenced')
  })

  test('with a changed disclosure is refused', async () => {
    const { encoded } = createDisclosure('Mallory', 'given_name')
    const bound = (text: string): string => text.replace(/~[^~]+~/, `~${encoded}~`)
    const exchanged = await sdJwtExchange(transport, await issuePidSdJwt(pki.issuer), { bound })
    expect(codeOf(exchanged)).toBe('disclosure.unreferenced')
  })

  const issued: readonly (readonly [string, () => Promise<HeldCredential>, string])[] = [
    ['that has expired', () => issuePidSdJwt(pki.issuer, { expiresAt: seconds() - 3600 }), 'credential.expired'],
    ['that is not valid yet', () => issuePidSdJwt(pki.issuer, { notBefore: seconds() + 3600 }), 'credential.not-yet'],
    ['of another type', () => issuePidSdJwt(pki.issuer, { vct: 'urn:eudi:pid:2' }), 'credential.type'],
    ['of an issuer that is not trusted', () => issuePidSdJwt(pki.rogue), 'credential.issuer'],
    [
      'with the certificate of a trusted issuer, signed by another',
      () => issuePidSdJwt({ ...pki.rogue, certificates: pki.issuer.certificates }),
      'credential.signature',
    ],
    [
      'of a certificate that is over',
      async () => issuePidSdJwt(signerOf(await issueCertificate(pki.root, 'Old', { from: -9, until: -1 }))),
      'credential.issuer',
    ],
    [
      'with the anchor in the chain',
      () => issuePidSdJwt({ ...pki.issuer, certificates: [...pki.issuer.certificates, pki.root.der] }),
      'credential.issuer',
    ],
    [
      'with an unknown critical extension',
      async () => issuePidSdJwt(signerOf(await issueCertificate(pki.root, 'Odd', { criticalExtension: '1.2.3.4' }))),
      'credential.issuer',
    ],
    ['without certificates', () => issuePayload({}, [], {}), 'credential.issuer'],
    ['with its key in the header', () => issuePayload({}, [], { jwk: { kty: 'EC' } }), 'credential.issuer'],
    ['with certificates by URL', () => issuePayload({}, [], { x5u: 'https://x.example' }), 'credential.issuer'],
    ['without a type', () => issuePayload({ vct: undefined }), 'credential.malformed'],
    ['with another typ', () => issuePayload({}, [], { x5c: x5cOf(pki.issuer), typ: 'vc+sd-jwt' }), 'credential.type'],
    ['with alg none', () => issuePayload({}, [], { x5c: x5cOf(pki.issuer), alg: 'none' }), 'credential.signature'],
    [
      'with a symmetric algorithm',
      () => issuePayload({}, [], { x5c: x5cOf(pki.issuer), alg: 'HS256' }),
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
    const exchanged = await sdJwtExchange(transport, await issue(), { paths: 'all' })
    expect([codeOf(exchanged), exchanged.status]).toEqual([code, 400])
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
    const exchanged = await sdJwtExchange(transport, await issue(), { paths: 'all' })
    expect(codeOf(exchanged)).toBe(code)
  })

  test('with a digest twice is refused', async () => {
    const { encoded, digest } = createDisclosure('Erika', 'given_name')
    const held = await issuePayload({ _sd: [digest], address: { _sd: [digest] } }, [encoded])
    expect(codeOf(await sdJwtExchange(transport, held, { paths: 'all' }))).toBe('disclosure.twice')
  })

  test.each([
    [1, 'credential.revoked'],
    [2, 'credential.suspended'],
    [3, 'credential.revoked'],
  ])('with the status %i is refused', async (value, code) => {
    statusServer.set(7, value)
    expect(codeOf(await sdJwtExchange(transport, await issuePidSdJwt(pki.issuer)))).toBe(code)
  })

  test('for another credential of the query, or none of it, is refused', async () => {
    const held = await issuePidSdJwt(pki.issuer)
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
      codes.push(codeOf(await exchange(transport, async (request) => answer(await presentSdJwt(request, held)))))
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
    const [held, other] = [await issuePidSdJwt(pki.issuer), await issuePidMdoc(pki.issuer)]
    const exchanged = await exchange(transport, async (request) => ({
      'pid-1': [await presentSdJwt(request, held)],
      'pid-2': [await presentMdoc(request, other)],
    }))
    expect(codeOf(exchanged)).toBe('query.over-disclosed')
  })

  test('that was presented to another request is refused', async () => {
    const held = await issuePidSdJwt(pki.issuer)
    let earlier = ''
    await exchange(transport, async (request) => ({ 'pid-1': [(earlier = await presentSdJwt(request, held))] }))
    expect(codeOf(await exchange(transport, async () => ({ 'pid-1': [earlier] })))).toBe('holder-binding.nonce')
  })

  test('signed with Ed25519 is verified, though a key of another curve under ES256 is not', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const jwk = publicKey.export({ format: 'jwk' })
    const bindWith = (alg: string) => async (request: WalletRequest) => {
      const held = await issuePidSdJwt(pki.issuer, { status: undefined as never, holderKey: jwk as never })
      const { bound } = parseSdJwt(await presentSdJwt(request, { ...held, key: await createHolderKey() }))
      const audience = transport === 'dc_api.jwt' ? `origin:${origin}` : request.client_id
      const claims = { nonce: request.nonce, aud: audience, iat: seconds(), sd_hash: hash(bound) }
      const signer = { sign: (bytes: Uint8Array) => sign(null, bytes, privateKey) }
      return { 'pid-1': [bound + (await signJws(signer, { typ: 'kb+jwt', alg }, claims))] }
    }
    expect(codeOf(await exchange(transport, bindWith('ES256')))).toBe('holder-binding.signature')
    expect(codeOf(await exchange(transport, bindWith('HS256')))).toBe('holder-binding.signature')
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

describe.each(transports)('an mdoc over %s', (transport) => {
  test('that is right is verified, with the same attributes', async () => {
    const { status, result } = await mdocExchange(transport, await issuePidMdoc(pki.issuer))
    expect(status).toBe(200)
    expect(result).toMatchObject({
      status: 'verified',
      attributes: {
        given_name: 'Erika',
        family_name: 'Mustermann',
        birth_date: '1984-01-26',
        nationalities: ['DE', 'FR'],
      },
      credentials: [{ id: 'pid-2', type: nameSpace, format: 'mso_mdoc' }],
    })
  })

  const otherKey = createHolderKey()
  const bindings: readonly (readonly [string, () => Promise<MdocChange>, string])[] = [
    ['with another nonce', async () => ({ binding: { nonce: 'other' } }), 'holder-binding.signature'],
    [
      'for another verifier',
      async () => ({ binding: { clientId: 'x509_hash:other', origin: 'https://evil.example' } }),
      'holder-binding.signature',
    ],
    ['for no transaction', async () => ({ transcript: [null, null, null] }), 'holder-binding.signature'],
    ['signed by another key', async () => ({ key: await otherKey }), 'holder-binding.signature'],
    [
      'with an element that nobody asked for',
      async () => ({ elements: [...pidElements, [nameSpace, 'email_address']] }),
      'query.over-disclosed',
    ],
    ['without an element', async () => ({ elements: pidElements.slice(1) }), 'query.missing'],
    ['without elements', async () => ({ elements: [] }), 'query.missing'],
  ]
  test.each(bindings)('%s is refused', async (_, change, code) => {
    const exchanged = await mdocExchange(transport, await issuePidMdoc(pki.issuer), await change())
    expect([codeOf(exchanged), exchanged.status]).toEqual([code, 400])
  })

  const issued: readonly (readonly [string, () => Promise<HeldCredential>, string])[] = [
    [
      'that has expired',
      () => issuePidMdoc(pki.issuer, { signedAt: Date.now() - 7_200_000, validUntil: Date.now() - 3_600_000 }),
      'credential.expired',
    ],
    [
      'that is not valid yet',
      () => issuePidMdoc(pki.issuer, { validFrom: Date.now() + 3_600_000 }),
      'credential.not-yet',
    ],
    [
      'signed before its certificate',
      () => issuePidMdoc(pki.issuer, { signedAt: Date.now() - 100 * 86_400_000 }),
      'credential.issuer',
    ],
    ['of another type', () => issuePidMdoc(pki.issuer, { docType: 'org.iso.18013.5.1.mDL' }), 'mdoc.doctype'],
    ['of an issuer that is not trusted', () => issuePidMdoc(pki.rogue), 'credential.issuer'],
    [
      'with the certificate of a trusted issuer, signed by another',
      () => issuePidMdoc({ ...pki.rogue, certificates: pki.issuer.certificates }),
      'credential.signature',
    ],
    [
      'of a certificate for other uses',
      async () =>
        issuePidMdoc(signerOf(await issueCertificate(pki.root, 'TLS', { extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] }))),
      'credential.issuer',
    ],
  ]
  test.each(issued)('%s is refused', async (_, issue, code) => {
    const exchanged = await mdocExchange(transport, await issue())
    expect([codeOf(exchanged), exchanged.status]).toEqual([code, 400])
  })

  const edits: readonly (readonly [string, (text: string) => string, string])[] = [
    ['with a changed element', (text) => replaceBytes(text, 'Erika', 'Adele'), 'mdoc.digest'],
    ['with an element twice', (text) => editDocument(text, repeatElement), 'disclosure.twice'],
    [
      'of another type outside',
      (text) => editDocument(text, (document) => document.set('docType', 'other')),
      'mdoc.doctype',
    ],
    [
      'with another status',
      (text) => editResponse(text, (response) => response.set('status', 10)),
      'credential.malformed',
    ],
    [
      'with two documents',
      (text) =>
        editResponse(text, (response) =>
          response.set('documents', [...toCborArray(response.get('documents')), new Map()]),
        ),
      'credential.malformed',
    ],
    [
      'without documents',
      (text) => editResponse(text, (response) => response.set('documents', [])),
      'credential.malformed',
    ],
    ['with a MAC of the device', (text) => editDocument(text, useMac), 'mdoc.device'],
    ['without a signature of the device', (text) => editDocument(text, dropDeviceSignature), 'holder-binding.missing'],
    ['that is no CBOR', () => 'AAAA', 'credential.malformed'],
    ['that is no base64url', () => '!', 'credential.malformed'],
  ]
  test.each(edits)('%s is refused', async (_, edit, code) => {
    const exchanged = await mdocExchange(transport, await issuePidMdoc(pki.issuer), {}, edit)
    expect([codeOf(exchanged), exchanged.status]).toEqual([code, 400])
  })

  test.each([
    [1, 'credential.revoked'],
    [2, 'credential.suspended'],
  ])('with the status %i is refused', async (value, code) => {
    statusServer.set(8, value)
    expect(codeOf(await mdocExchange(transport, await issuePidMdoc(pki.issuer)))).toBe(code)
  })

  test('with an element of the name of another is refused', async () => {
    const held = await issuePidMdoc(pki.issuer, {
      nameSpaces: { [nameSpace]: { given_name: 'Erika', birth_date: fullDate('1984-01-26') } },
    })
    expect(codeOf(await mdocExchange(transport, held))).toBe('query.missing')
  })
})

type MutableMap = Map<string | number, CborValue>

function editResponse(text: string, edit: (response: MutableMap) => unknown): string {
  const response: MutableMap = new Map(toCborMap(decodeCbor(Buffer.from(text, 'base64url'))))
  edit(response)
  return encodeCbor(response).toString('base64url')
}

function editDocument(text: string, edit: (document: MutableMap) => unknown): string {
  return editResponse(text, (response) => {
    const document: MutableMap = new Map(toCborMap(toCborArray(response.get('documents'))[0]))
    edit(document)
    response.set('documents', [document])
  })
}

function repeatElement(document: MutableMap): void {
  const issuerSigned: MutableMap = new Map(toCborMap(document.get('issuerSigned')))
  const items = toCborArray(toCborMap(issuerSigned.get('nameSpaces')).get(nameSpace))
  issuerSigned.set('nameSpaces', new Map([[nameSpace, [...items, items[0]]]]))
  document.set('issuerSigned', issuerSigned)
}

function useMac(document: MutableMap): void {
  editAuth(document, (auth) => new Map([['deviceMac', auth.get('deviceSignature')]]))
}

function dropDeviceSignature(document: MutableMap): void {
  editAuth(document, () => new Map())
}

function editAuth(document: MutableMap, edit: (auth: ReadonlyMap<string | number, CborValue>) => CborValue): void {
  const deviceSigned: MutableMap = new Map(toCborMap(document.get('deviceSigned')))
  deviceSigned.set('deviceAuth', edit(toCborMap(deviceSigned.get('deviceAuth'))))
  document.set('deviceSigned', deviceSigned)
}

function replaceBytes(text: string, from: string, to: string): string {
  const bytes = Buffer.from(text, 'base64url')
  bytes.write(to, bytes.indexOf(from))
  return bytes.toString('base64url')
}

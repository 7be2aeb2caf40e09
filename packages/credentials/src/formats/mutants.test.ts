import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createAuthority, createHolderKey, issueCertificate, signerOf } from '../test-fixtures/pki.ts'
import type { CredentialSigner } from '../trust/credential-signer.ts'
import { parseX5c, verifyPath } from '../trust/certificate-path.ts'
import { trustAnchors, type TrustList } from '../trust/trust-list.ts'
import { CborError } from './cbor/cbor-value.ts'
import { decodeCbor } from './cbor/decode-cbor.ts'
import { encodeCbor } from './cbor/encode-cbor.ts'
import type { HolderKey } from './keys.ts'
import { createMdoc } from './mdoc/create-mdoc.ts'
import { createDeviceResponse, verifyDeviceResponse } from './mdoc/device-response.ts'
import { openid4vpTranscript } from './mdoc/session-transcript.ts'
import { Refusal } from './refusal.ts'
import { createSdJwt } from './sd-jwt/create-sd-jwt.ts'
import { createKeyBinding, verifyKeyBinding } from './sd-jwt/key-binding.ts'
import { processPayload } from './sd-jwt/process-payload.ts'
import { selectDisclosures } from './sd-jwt/select-disclosures.ts'
import { verifySdJwt } from './sd-jwt/verify-sd-jwt.ts'
import { createStatusListToken, verifyStatusListToken } from './status-list/status-list-token.ts'

const runs = 1500
const now = Date.now()
const seconds = Math.floor(now / 1000)
const claims = {
  given_name: 'Erika',
  address: { locality: 'Köln', lines: ['a', { b: 1 }] },
  nationalities: ['DE', 'FR'],
}

let signer: CredentialSigner
let list: TrustList
let holder: HolderKey

beforeAll(async () => {
  const root = await createAuthority('Root')
  signer = signerOf(await issueCertificate(root, 'Issuer'))
  list = trustAnchors([{ certificate: root.der }])
  holder = await createHolderKey()
})

const resolveKey = async ({ x5c }: Readonly<Record<string, unknown>>) =>
  (await verifyPath(list, { chain: parseX5c(x5c), purpose: 'issuer', now })).leaf.publicKey

/** Changes of a text: characters replaced, inserted, removed, or the end cut off. */
const textEdits = fc.array(
  fc.record({
    at: fc.nat(),
    take: fc.nat({ max: 3 }),
    put: fc.constantFrom('~', '.', 'A', '_', '', '=', '\n', 'e30', '\0', '~~'),
  }),
  { minLength: 1, maxLength: 4 },
)

function editText(text: string, edits: readonly { at: number; take: number; put: string }[]): string {
  return edits.reduce((before, { at, take, put }) => {
    const place = at % (before.length + 1)
    return before.slice(0, place) + put + before.slice(place + take)
  }, text)
}

const byteEdits = fc.array(fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }) }), { minLength: 1, maxLength: 4 })

async function outcomeOf(verification: Promise<unknown>): Promise<'accepted' | 'refused'> {
  try {
    await verification
    return 'accepted'
  } catch (error) {
    if (error instanceof Refusal) return 'refused'
    throw error
  }
}

describe('every mutant is refused by a name', () => {
  test('of an SD-JWT with key binding', async () => {
    const credential = await createSdJwt({
      signer,
      vct: 'urn:x',
      claims,
      disclosure: 'all',
      holderKey: holder.publicKey,
    })
    const bound = selectDisclosures(credential, [['given_name'], ['nationalities', null]])
    const binding = { nonce: 'n', audience: 'a', now }
    const presentation = await createKeyBinding(bound, { ...binding, key: holder, issuedAt: seconds })
    const verify = async (text: string) => verifyKeyBinding(await verifySdJwt(text, { resolveKey, now }), binding)
    await verify(presentation)
    await fc.assert(
      fc.asyncProperty(textEdits, async (edits) => {
        const mutant = editText(presentation, edits)
        fc.pre(mutant !== presentation)
        expect(await outcomeOf(verify(mutant))).toBe('refused')
      }),
      { numRuns: runs },
    )
  })

  test('of an mdoc in a DeviceResponse', async () => {
    const nameSpaces = { n: { a: 'x', b: [1, 2], c: new Uint8Array(4) } }
    const times = { signedAt: now, validFrom: now - 1000, validUntil: now + 86_400_000 }
    const credential = await createMdoc({ signer, docType: 'd', nameSpaces, holderKey: holder.publicKey, ...times })
    const transcript = openid4vpTranscript({
      clientId: 'c',
      nonce: 'n',
      jwkThumbprint: undefined,
      responseUri: 'https://r',
    })
    const elements = [['n', 'a'] as const, ['n', 'b'] as const]
    const response = Buffer.from(
      await createDeviceResponse(credential, { elements, transcript, key: holder }),
      'base64url',
    )
    const verify = (bytes: Buffer) =>
      verifyDeviceResponse(bytes.toString('base64url'), {
        transcript,
        now,
        resolvePath: async (chain) => (await verifyPath(list, { chain, purpose: 'issuer', now })).leaf,
      })
    const right = await verify(response)
    await fc.assert(
      fc.asyncProperty(byteEdits, fc.option(fc.nat(), { freq: 8 }), async (edits, cut) => {
        const mutant = Buffer.from(response)
        for (const { at, byte } of edits) mutant[at % mutant.length] = byte
        const bytes = cut === null ? mutant : mutant.subarray(0, cut % mutant.length)
        fc.pre(!bytes.equals(response))
        // What nobody signs may change: a header that is not read, or which elements are disclosed. No value and no type can.
        const verified = await verify(bytes).catch((error: unknown) => {
          if (error instanceof Refusal) return undefined
          throw error
        })
        expect(verified?.docType ?? 'd').toBe('d')
        expect(right.claims).toMatchObject(verified?.claims ?? {})
      }),
      { numRuns: runs },
    )
  })

  test('of a Status List Token', async () => {
    const statuses = new Uint8Array(64)
    const uri = 'https://issuer.example/1'
    const token = await createStatusListToken({
      signer,
      uri,
      bits: 2,
      statuses,
      issuedAt: seconds,
      expiresAt: seconds + 60,
      ttl: 60,
    })
    const verify = (text: string) => verifyStatusListToken(text, { uri, resolveKey, now })
    await verify(token)
    await fc.assert(
      fc.asyncProperty(textEdits, async (edits) => {
        const mutant = editText(token, edits)
        fc.pre(mutant !== token)
        expect(await outcomeOf(verify(mutant))).toBe('refused')
      }),
      { numRuns: runs / 3 },
    )
  })

  test('of a certificate, or is no certificate that is trusted', async () => {
    const [leaf = new Uint8Array()] = signer.certificates
    await fc.assert(
      fc.asyncProperty(byteEdits, async (edits) => {
        const mutant = Buffer.from(leaf)
        for (const { at, byte } of edits) mutant[at % mutant.length] = byte
        fc.pre(!mutant.equals(leaf))
        expect(await outcomeOf(verifyPath(list, { chain: [mutant], purpose: 'issuer', now }))).toBe('refused')
      }),
      { numRuns: runs },
    )
  })
})

test('any bytes are decoded as CBOR, or refused as such', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        decodeCbor(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(CborError)
      }
    }),
    { numRuns: runs * 4 },
  )
})

test('CBOR that claims billions of items, or nests without end, is refused before anything is allocated', () => {
  expect(() => decodeCbor(Buffer.from('9affffffff', 'hex'))).toThrow(CborError)
  expect(() => decodeCbor(Buffer.concat([Buffer.of(0xbb), Buffer.alloc(8, 0xff)]))).toThrow(CborError)
  expect(() => decodeCbor(Buffer.alloc(100_000, 0x81))).toThrow(CborError)
  expect(() => decodeCbor(Buffer.from('5f4101ff', 'hex'))).toThrow(CborError)
  expect(() => decodeCbor(Buffer.from('a201010102', 'hex'))).toThrow(/twice/)
  expect(() => decodeCbor(Buffer.alloc(1024 * 1024 + 1))).toThrow(/large/)
})

test('what is encoded as CBOR is decoded as it was', () => {
  const value = fc.letrec((tie) => ({
    item: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('item'), { maxLength: 4 }),
      fc
        .uniqueArray(fc.tuple(fc.string(), tie('item')), { selector: ([key]) => key, maxLength: 4 })
        .map((entries) => new Map(entries)),
    ),
  })).item
  fc.assert(
    fc.property(value, (item) => {
      fc.pre(JSON.stringify(item)?.length !== 0)
      expect(decodeCbor(encodeCbor(item as string))).toEqual(item)
    }),
    { numRuns: runs },
  )
})

test('claims named like members of every object are data', () => {
  const payload = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"x":1}}}')
  const { claims: processed } = processPayload(payload, [])
  expect(Object.keys(processed)).toEqual(['__proto__', 'constructor'])
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('an issued SD-JWT discloses exactly what was selected', async () => {
  const credential = await createSdJwt({ signer, vct: 'urn:x', claims, disclosure: 'all', holderKey: holder.publicKey })
  const verified = await verifySdJwt(selectDisclosures(credential, [['address', 'lines', 1, 'b']]), { resolveKey, now })
  expect(verified.claims).toEqual({
    vct: 'urn:x',
    cnf: { jwk: holder.publicKey },
    address: { lines: [{ b: 1 }] },
  })
  const all = await verifySdJwt(credential, { resolveKey, now })
  expect(all.claims).toMatchObject(claims)
  expect(new X509Certificate(signer.certificates[0] ?? '').checkHost('x')).toBeUndefined()
})

import type { BodyCodec, Reply } from '@billfold/core/http'
import { parseJson, sanitizeJson } from '@billfold/core/http'
import { isBillfoldError } from '@billfold/core'
import { compactDecrypt, CompactEncrypt, decodeProtectedHeader, importJWK } from 'jose'
import { JOSEError } from 'jose/errors'
import { z } from 'zod'
import type { IssuerContext } from '../settings.ts'
import { toEcJwk, toKeyObject } from '../oauth/embedded-jws.ts'
import { wireError } from '../wire-errors.ts'
import { findEncryptionKey } from './encryption-keys.ts'

/** The values of `enc` that are supported, in both directions. */
export const encryptionMethods = ['A128GCM', 'A256GCM'] as const

/** How the reply is encrypted; undefined if it is not. */
export interface ReplyEncryption {
  readonly jwk: Readonly<Record<string, unknown>>
  readonly enc: (typeof encryptionMethods)[number]
  readonly kid: string | undefined
}

/** A successful reply, before it is encrypted. */
export interface PlainReply {
  readonly status: 200 | 202
  readonly body: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

const maxPlaintextBytes = 512 * 1024

/**
 * The encryption of credential requests and their replies (OpenID4VCI section 10): ECDH-ES on P-256, no `zip`. A reply is encrypted only
 * if the request was. Errors are never encrypted.
 */
export function requestEncryption(context: IssuerContext): BodyCodec<ReplyEncryption | undefined, PlainReply> {
  return {
    transmittedSchema: (schema) => z.union([z.string().max(1024 * 1024), schema]),
    decode: async (body) => {
      const isEncrypted = typeof body === 'string'
      const value = isEncrypted ? await decrypt(context, body) : body
      const state = parseReplyEncryption(value, isEncrypted)
      return { value, state }
    },
    encode: async ({ status, body, headers = {} }, encryption): Promise<Reply> => {
      if (encryption === undefined) return { status, headers, body }
      const { jwk, enc, kid } = encryption
      const key = await importJWK({ ...jwk, alg: 'ECDH-ES' }, 'ECDH-ES')
      const jwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(body)))
        .setProtectedHeader({ alg: 'ECDH-ES', enc, ...(kid !== undefined && { kid }) })
        .encrypt(key)
      return { status, headers: { ...headers, 'content-type': 'application/jwt' }, body: jwe }
    },
  }
}

async function decrypt(context: IssuerContext, jwe: string): Promise<unknown> {
  const refused = wireError('issuance.invalid-encryption-parameters', 'The request does not decrypt')
  try {
    const { kid, zip } = decodeProtectedHeader(jwe)
    if (zip !== undefined) throw refused
    const key = await findEncryptionKey(context, typeof kid === 'string' ? kid : undefined)
    if (key === undefined) throw refused
    const { plaintext } = await compactDecrypt(jwe, key.privateKey, {
      keyManagementAlgorithms: ['ECDH-ES'],
      contentEncryptionAlgorithms: [...encryptionMethods],
    })
    if (plaintext.length > maxPlaintextBytes) throw refused
    const value = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(plaintext))
    if (!sanitizeJson(value)) throw refused
    return value
  } catch (error) {
    // decodeProtectedHeader and TextDecoder throw a TypeError.
    if (error instanceof JOSEError || error instanceof TypeError || isBillfoldError(error, 'body.malformed'))
      throw refused
    throw error
  }
}

const replyEncryptionSchema = z.object({
  jwk: z.record(z.string(), z.unknown()),
  enc: z.enum(encryptionMethods),
  zip: z.undefined().optional(),
})

function parseReplyEncryption(value: unknown, isEncrypted: boolean): ReplyEncryption | undefined {
  const wanted: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, 'credential_response_encryption') : undefined
  if (wanted === undefined) return undefined
  if (!isEncrypted) throw wireError('issuance.invalid-encryption-parameters', 'The request must be encrypted as well')
  const parsed = replyEncryptionSchema.safeParse(wanted)
  const jwk = parsed.success ? toEcJwk(parsed.data.jwk) : undefined
  const { alg, kid } = parsed.success ? parsed.data.jwk : {}
  if (!parsed.success || jwk === undefined || toKeyObject(jwk) === undefined || alg !== 'ECDH-ES')
    throw wireError('issuance.invalid-encryption-parameters')
  return { jwk: { ...jwk }, enc: parsed.data.enc, kid: typeof kid === 'string' && kid.length <= 256 ? kid : undefined }
}

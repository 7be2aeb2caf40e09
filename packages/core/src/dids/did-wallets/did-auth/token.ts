import { isCanonicalJws } from '../../../kernel/base64.ts'
import { z } from 'zod'

/** The maximum length of an `x-did-auth` token, in characters. */
export const maxTokenLength = 4096

/** The signature algorithms: ES256K (RFC 8812), ES256K with a recovery byte (did-jwt), EdDSA (RFC 8037). */
export const didAuthAlgorithms = ['ES256K', 'ES256K-R', 'EdDSA'] as const

const header = z.object({
  alg: z.enum(didAuthAlgorithms),
  typ: z.literal('JWT').optional(),
  kid: z.string().max(512).optional(),
  // Tokens with critical extensions are rejected: none is supported (RFC 7515 section 4.1.11).
  crit: z.undefined().optional(),
})

const claims = z.object({
  iss: z.string().min(1).max(128),
  aud: z.union([z.string().max(2048), z.array(z.string().max(2048)).min(1).max(10)]),
  exp: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  nbf: z.number().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  jti: z.string().min(1).max(128),
  act: z.string().min(1).max(128),
  bod: z.string().min(1).max(64),
})

/** The claims of a token. `exp` is in seconds since 1970; `bod` is the SHA-256 of the body, base64url. */
export type DidAuthClaims = z.output<typeof claims>

/** A parsed token; nothing in it is verified yet. */
export interface ParsedDidAuthToken {
  readonly algorithm: (typeof didAuthAlgorithms)[number]
  readonly claims: DidAuthClaims
  /** The signed bytes: header and payload. */
  readonly signingInput: Uint8Array
  readonly signature: Uint8Array
}

/** Parses a JWT in compact serialization (RFC 7519, RFC 7515 section 7.1); undefined if it is malformed. */
export function parseDidAuthToken(text: string): ParsedDidAuthToken | undefined {
  if (text.length > maxTokenLength || !isCanonicalJws(text)) return undefined
  const [head = '', body = '', tail = ''] = text.split('.')
  const parsedHeader = header.safeParse(decodePart(head))
  const parsedClaims = claims.safeParse(decodePart(body))
  if (!parsedHeader.success || !parsedClaims.success) return undefined
  return {
    algorithm: parsedHeader.data.alg,
    claims: parsedClaims.data,
    signingInput: Buffer.from(`${head}.${body}`, 'latin1'),
    signature: Buffer.from(tail, 'base64url'),
  }
}

/** Encodes the signing input of a token: its header and payload. */
export function encodeSigningInput(payload: DidAuthClaims, kid: string): string {
  return `${encodePart({ alg: 'ES256K', typ: 'JWT', kid })}.${encodePart(payload)}`
}

function encodePart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decodePart(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

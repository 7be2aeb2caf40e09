import { z } from 'zod'

/** How long an `x-did-auth` token may be, in characters. */
export const longestToken = 4096

/** The algorithms that one may be signed with: RFC 8812, its form with a recovery byte (did-jwt), RFC 8037. */
export const algorithms = ['ES256K', 'ES256K-R', 'EdDSA'] as const

const header = z.object({
  alg: z.enum(algorithms),
  typ: z.literal('JWT').optional(),
  kid: z.string().max(512).optional(),
  // Whoever names an extension means that it must be understood (RFC 7515 section 4.1.11): none is.
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

/** What a token says. `exp` in seconds since 1970, `bod` the SHA-256 of the body, base64url. */
export type DidAuthClaims = z.output<typeof claims>

/** A token, taken apart; nothing in it has been checked yet. */
export interface ReadToken {
  readonly algorithm: (typeof algorithms)[number]
  readonly claims: DidAuthClaims
  /** What was signed. */
  readonly signingInput: Uint8Array
  readonly signature: Uint8Array
}

/** Takes a JWT in its compact form (RFC 7519, RFC 7515 section 7.1) apart; undefined for anything else. */
export function readToken(text: string): ReadToken | undefined {
  if (text.length > longestToken || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return undefined
  const [head = '', body = '', tail = ''] = text.split('.')
  const parsedHeader = header.safeParse(json(head))
  const parsedClaims = claims.safeParse(json(body))
  if (!parsedHeader.success || !parsedClaims.success) return undefined
  return {
    algorithm: parsedHeader.data.alg,
    claims: parsedClaims.data,
    signingInput: Buffer.from(`${head}.${body}`, 'latin1'),
    signature: Buffer.from(tail, 'base64url'),
  }
}

/** The two parts of a token that are signed, and what they are signed as. */
export function signingInputOf(claimsOf: DidAuthClaims, kid: string): string {
  return `${encoded({ alg: 'ES256K', typ: 'JWT', kid })}.${encoded(claimsOf)}`
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function json(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

import type { JWTVerifyResult } from 'jose'
import { JOSEError, JWTExpired } from 'jose/errors'
import { SignJWT } from 'jose/jwt/sign'
import { jwtVerify } from 'jose/jwt/verify'
import { z } from 'zod'
import { isCanonicalJws } from '../../kernel/base64.ts'
import { isKeyId, type Keyring } from '../../kernel/crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { createSigningKeys, type SigningKeys } from './signing-keys.ts'

/** Options for issuing a token. */
export interface TokenIssueOptions {
  /**
   * The token type, written to the `typ` header. Each route accepts exactly one. 1 to 64 characters of `[a-z0-9.+-]`.
   */
  readonly type: string
  /** The API and route family that accepts the token, written to `aud`. */
  readonly audience: string
  readonly tenant: string
  readonly subject: string
  /** The lifetime in whole seconds, from 1 second to 366 days. */
  readonly lifetimeSeconds: number
  /** Additional top-level claims. Claims set by the issuer are not allowed here. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** A verified token. */
export interface VerifiedToken {
  /** The unique token id (`jti`). */
  readonly id: string
  readonly type: string
  readonly audience: string
  readonly tenant: string
  readonly subject: string
  /** Epoch milliseconds, rounded to whole seconds. */
  readonly issuedAt: number
  /** Epoch milliseconds, rounded to whole seconds. The token is rejected from this time on. */
  readonly expiresAt: number
  /** The additional claims given when the token was issued. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** Options for verifying a token. */
export interface TokenVerifyOptions {
  readonly type: string
  readonly audience: string
  /** The expected tenant. If omitted, any tenant is accepted. */
  readonly tenant?: string
}

/** Issues and verifies all tokens of Billfold. */
export interface TokenIssuer {
  /**
   * Issues a JWT (RFC 7519), signed with HS256.
   * @throws RangeError if the type, the lifetime or the claims are out of bounds
   * @throws BillfoldError the keyring's errors
   */
  readonly issue: (request: TokenIssueOptions) => Promise<string>
  /**
   * Verifies a token: size, signature, type, issuer, audience, tenant and times.
   * @throws BillfoldError `token.expired` if the token is authentic but expired; `token.invalid` for every other
   *   defect; `keyring.unavailable` if the keyring cannot be reached
   */
  readonly verify: (token: string, options: TokenVerifyOptions) => Promise<VerifiedToken>
}

/** Options for {@link createTokenIssuer}. */
export interface TokenIssuerOptions {
  readonly keyring: Keyring
  /**
   * The issuer, written to `iss`. Two installations that share a keyring reject each other's tokens if their issuers
   * differ.
   */
  readonly issuer: string
  /** The clock, in epoch milliseconds. */
  readonly now?: () => number
}

const maxTokenLength = 8 * 1024
const maxLifetimeSeconds = 366 * 24 * 60 * 60
/** The clock skew accepted between host processes, in seconds. */
const clockSkewSeconds = 5

/**
 * Creates the token issuer. Every pair of keyring key and token type has its own signing key (purpose `token:<type>`).
 * The `kid` header names the keyring key, so tokens stay valid after a key rotation until they expire or the old key is
 * removed from the keyring.
 */
export function createTokenIssuer({ keyring, issuer, now = Date.now }: TokenIssuerOptions): TokenIssuer {
  const signingKeys = createSigningKeys(keyring)
  return {
    issue: async (request) => {
      assertIssuable(request)
      const kid = keyring.currentKeyId
      const iat = Math.floor(now() / 1000)
      const token = await new SignJWT({ ...request.claims, tenant: request.tenant })
        .setProtectedHeader({ alg: 'HS256', typ: request.type, kid })
        .setIssuer(issuer)
        .setSubject(request.subject)
        .setAudience(request.audience)
        .setJti(newId())
        .setIssuedAt(iat)
        .setNotBefore(iat - clockSkewSeconds)
        .setExpirationTime(iat + request.lifetimeSeconds)
        .sign(await signingKeys(kid, request.type))
      if (token.length > maxTokenLength)
        throw new RangeError(`claims: the token must be at most ${maxTokenLength} characters: ${token.length}`)
      return token
    },
    verify: async (token, options) => {
      // Otherwise one token would have several texts: decoders ignore padding and unused bits.
      if (typeof token !== 'string' || token.length > maxTokenLength || !isCanonicalJws(token))
        throw new BillfoldError('token.invalid')
      const seconds = Math.floor(now() / 1000)
      const result = await verifySignature(signingKeys, token, { issuer, options, seconds })
      return toVerifiedToken(result, options, seconds)
    },
  }
}

const reservedClaims: ReadonlySet<string> = new Set(['iss', 'sub', 'aud', 'jti', 'iat', 'nbf', 'exp', 'tenant'])

function assertIssuable({ type, lifetimeSeconds, claims = {} }: TokenIssueOptions): void {
  if (!isType(type))
    throw new RangeError(`type must be 1 to 64 of a-z, 0-9, dot, plus and hyphen: ${JSON.stringify(type)}`)
  if (!Number.isInteger(lifetimeSeconds) || lifetimeSeconds < 1 || lifetimeSeconds > maxLifetimeSeconds) {
    throw new RangeError(`the lifetime of a token must be 1 second to 366 days: ${lifetimeSeconds} seconds`)
  }
  const conflict = Object.keys(claims).find((name) => reservedClaims.has(name))
  if (conflict !== undefined) throw new RangeError(`claims must not contain ${conflict}, which the issuer sets`)
}

function isType(type: string): boolean {
  return /^[a-z0-9.+-]{1,64}$/.test(type)
}

/** Verifies signature, type, issuer, audience and times with jose. */
async function verifySignature(
  signingKeys: SigningKeys,
  token: string,
  {
    issuer,
    options,
    seconds,
  }: { readonly issuer: string; readonly options: TokenVerifyOptions; readonly seconds: number },
): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(
      token,
      ({ kid }) => {
        if (typeof kid !== 'string' || !isKeyId(kid)) throw new BillfoldError('token.invalid')
        return signingKeys(kid, options.type)
      },
      {
        algorithms: ['HS256'],
        typ: options.type,
        issuer,
        audience: options.audience,
        currentDate: new Date(seconds * 1000),
      },
    )
  } catch (error) {
    if (error instanceof JWTExpired) throw new BillfoldError('token.expired')
    if (error instanceof JOSEError || isBillfoldError(error, 'keyring.unknown-key')) {
      throw new BillfoldError('token.invalid', { cause: error })
    }
    throw error
  }
}

const payloadShape = z.looseObject({
  iss: z.string(),
  sub: z.string(),
  aud: z.string(),
  jti: z.string(),
  tenant: z.string(),
  iat: z.int(),
  nbf: z.int(),
  exp: z.int(),
})

/**
 * Enforces what jose leaves open: the exact case of `typ`, a single audience, required claims, and `iat` not in the
 * future.
 */
function toVerifiedToken(
  { payload, protectedHeader }: JWTVerifyResult,
  options: TokenVerifyOptions,
  seconds: number,
): VerifiedToken {
  const parsed = payloadShape.safeParse(payload)
  if (!parsed.success || protectedHeader.typ !== options.type) throw new BillfoldError('token.invalid')
  const { iss: _, nbf: __, sub, aud, jti, tenant, iat, exp, ...claims } = parsed.data
  if (iat > seconds + clockSkewSeconds || aud !== options.audience || tenant !== (options.tenant ?? tenant)) {
    throw new BillfoldError('token.invalid')
  }
  return {
    id: jti,
    type: options.type,
    audience: aud,
    tenant,
    subject: sub,
    issuedAt: iat * 1000,
    expiresAt: exp * 1000,
    claims,
  }
}

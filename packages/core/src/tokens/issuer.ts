import { createSecretKey, type KeyObject } from 'node:crypto'
import { errors, type JWTVerifyResult, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { isKeyId, type Keyring } from '../crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'

/** What a token is issued for. */
export interface TokenRequest {
  /** The kind of token, which becomes the `typ` of its header; each route takes one. 1 to 64 of `[a-z0-9.+-]`. */
  readonly type: string
  /** The API and route family that takes it. */
  readonly audience: string
  readonly tenant: string
  readonly subject: string
  /** How long it lives: 1 second to 366 days, in whole seconds. */
  readonly seconds: number
  /** Further claims, at the top level of the payload; none of the names that the issuer sets itself. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** A token that was verified. */
export interface Token {
  /** Unique to the token: `jti`. */
  readonly id: string
  readonly type: string
  readonly audience: string
  readonly tenant: string
  readonly subject: string
  /** Milliseconds since 1970, whole seconds. */
  readonly issuedAt: number
  /** Milliseconds since 1970, whole seconds. From then on the token is refused. */
  readonly expiresAt: number
  /** The further claims that it was issued with. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** What a route demands of a token. */
export interface TokenDemand {
  readonly type: string
  readonly audience: string
  /** The tenant of the request, where the token must agree with it. */
  readonly tenant?: string
}

/** Issues and verifies every token of Billfold. */
export interface TokenIssuer {
  /**
   * Issues a token: a JWT (RFC 7519), signed with HS256.
   * @throws RangeError for a request out of its bounds; BillfoldError of the keyring
   */
  readonly issue: (request: TokenRequest) => Promise<string>
  /**
   * Verifies a token: its size, signature, type, issuer, audience, tenant and times.
   * @throws BillfoldError `token.expired` for one that was good until it expired, else `token.invalid`;
   *   `keyring.unavailable` where the keyring cannot be reached
   */
  readonly verify: (token: string, demand: TokenDemand) => Promise<Token>
}

/** What the issuer of tokens is made of. */
export interface TokenIssuerOptions {
  readonly keyring: Keyring
  /** Who issues: `iss`. Two installations that share a keyring do not take each other's tokens if these differ. */
  readonly issuer: string
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

const longestToken = 8 * 1024
const longestLife = 366 * 24 * 60 * 60
/** How far the clocks of two host processes may be apart, in seconds. */
const clockSkew = 5

/**
 * The one issuer of tokens. Each key of the keyring and each type of token has a signing key of its own (purpose
 * `token:<type>`); `kid` names the key of the keyring, so that what an older key signed is good until it expires or the
 * key leaves the keyring.
 */
export function tokenIssuer({ keyring, issuer, now = Date.now }: TokenIssuerOptions): TokenIssuer {
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
        .setNotBefore(iat - clockSkew)
        .setExpirationTime(iat + request.seconds)
        .sign(await signingKey(keyring, kid, request.type))
      if (token.length > longestToken) throw new RangeError('The claims are too large for a token')
      return token
    },
    verify: async (token, demand) => {
      if (typeof token !== 'string' || token.length > longestToken) throw new BillfoldError('token.invalid')
      const seconds = Math.floor(now() / 1000)
      const result = await checked(keyring, token, { issuer, demand, seconds })
      return demanded(result, demand, seconds)
    },
  }
}

const reserved: ReadonlySet<string> = new Set(['iss', 'sub', 'aud', 'jti', 'iat', 'nbf', 'exp', 'tenant'])

function assertIssuable({ type, seconds, claims = {} }: TokenRequest): void {
  if (!isType(type)) throw new RangeError('The type of a token is 1 to 64 of a-z, 0-9, dot, plus and hyphen')
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > longestLife) {
    throw new RangeError('A token lives 1 second to 366 days')
  }
  const taken = Object.keys(claims).find((name) => reserved.has(name))
  if (taken !== undefined) throw new RangeError(`The issuer sets the claim ${taken} itself`)
}

function isType(type: string): boolean {
  return /^[a-z0-9.+-]{1,64}$/.test(type)
}

async function signingKey(keyring: Keyring, keyId: string, type: string): Promise<KeyObject> {
  return createSecretKey(await keyring.derive(keyId, `token:${type}`))
}

/** The token with its signature, type, issuer, audience and times checked by jose. */
async function checked(
  keyring: Keyring,
  token: string,
  { issuer, demand, seconds }: { readonly issuer: string; readonly demand: TokenDemand; readonly seconds: number },
): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(
      token,
      ({ kid }) => {
        if (typeof kid !== 'string' || !isKeyId(kid)) throw new BillfoldError('token.invalid')
        return signingKey(keyring, kid, demand.type)
      },
      {
        algorithms: ['HS256'],
        typ: demand.type,
        issuer,
        audience: demand.audience,
        currentDate: new Date(seconds * 1000),
      },
    )
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new BillfoldError('token.expired')
    if (error instanceof errors.JOSEError || isBillfoldError(error, 'keyring.unknown-key')) {
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

/** Holds what jose leaves loose: the case of `typ`, a list of audiences, a claim that is missing, a time to come. */
function demanded({ payload, protectedHeader }: JWTVerifyResult, demand: TokenDemand, seconds: number): Token {
  const parsed = payloadShape.safeParse(payload)
  if (!parsed.success || protectedHeader.typ !== demand.type) throw new BillfoldError('token.invalid')
  const { iss: _, nbf: __, sub, aud, jti, tenant, iat, exp, ...claims } = parsed.data
  if (iat > seconds + clockSkew || aud !== demand.audience || tenant !== (demand.tenant ?? tenant)) {
    throw new BillfoldError('token.invalid')
  }
  return {
    id: jti,
    type: demand.type,
    audience: aud,
    tenant,
    subject: sub,
    issuedAt: iat * 1000,
    expiresAt: exp * 1000,
    claims,
  }
}

import { Refusal } from '../refusal.ts'

const limits = { characters: 512 * 1024, parts: 1000 } as const

/** The parts of an SD-JWT or SD-JWT+KB in compact serialization (RFC 9901 section 4). */
export interface SdJwtParts {
  /** The issuer-signed JWT. */
  readonly jwt: string
  /** The disclosures, base64url. */
  readonly disclosures: readonly string[]
  /** The key binding JWT; undefined without one. */
  readonly keyBinding: string | undefined
  /** All before the key binding JWT, with the last tilde: what `sd_hash` is over. */
  readonly bound: string
}

/** Splits an SD-JWT: at most 512 KiB and 1,000 parts. @throws Refusal `credential.malformed` */
export function parseSdJwt(text: string): SdJwtParts {
  if (text.length > limits.characters) throw new Refusal('credential.malformed', 'the SD-JWT is too long')
  const [jwt = '', ...rest] = text.split('~', limits.parts + 1)
  const last = rest.pop()
  if (last === undefined || rest.length + 2 > limits.parts)
    throw new Refusal('credential.malformed', 'no SD-JWT, or too many parts')
  return {
    jwt,
    disclosures: rest,
    keyBinding: last === '' ? undefined : last,
    bound: text.slice(0, text.length - last.length),
  }
}

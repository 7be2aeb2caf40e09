import type { KeyObject } from 'node:crypto'
import { deflateSync, inflateSync } from 'node:zlib'
import { parseBase64url } from '@billfold/core/modules'
import type { CredentialSigner } from '../../trust/credential-signer.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { signJws, verifyJws } from '../jws.ts'
import { Refusal } from '../refusal.ts'
import type { StatusBits } from './status-list.ts'

/** Limit of a list, before and after inflating. */
const maxBytes = 4 * 1024 * 1024

/** Input of {@link createStatusListToken}. */
export interface StatusListTokenInput {
  readonly signer: CredentialSigner
  /** Where the token is served. */
  readonly uri: string
  readonly bits: StatusBits
  readonly statuses: Uint8Array
  /** In seconds since 1970. */
  readonly issuedAt: number
  /** In seconds since 1970. */
  readonly expiresAt: number
  /** How long a copy may be used, in seconds. */
  readonly ttl: number
}

/** Creates a Status List Token (Token Status List section 5.1). */
export function createStatusListToken(input: StatusListTokenInput): Promise<string> {
  const { signer, uri, bits, statuses, issuedAt, expiresAt, ttl } = input
  const lst = encodeStatusList(statuses)
  const x5c = signer.certificates.map((certificate) => Buffer.from(certificate).toString('base64'))
  const claims = { sub: uri, iat: issuedAt, exp: expiresAt, ttl, status_list: { bits, lst } }
  return signJws(signer, { typ: 'statuslist+jwt', x5c }, claims)
}

/** Encodes a list: ZLIB at the highest level, base64url (Token Status List section 4.2). */
export function encodeStatusList(statuses: Uint8Array): string {
  return deflateSync(statuses, { level: 9 }).toString('base64url')
}

/** Decodes a list of at most 4 MiB. @returns undefined if it is malformed or larger */
export function decodeStatusList(lst: string): Uint8Array | undefined {
  const bytes = lst.length > maxBytes ? undefined : parseBase64url(lst)
  if (bytes === undefined) return undefined
  try {
    return inflateSync(bytes, { maxOutputLength: maxBytes })
  } catch {
    return undefined
  }
}

/** A verified Status List Token. */
export interface VerifiedStatusList {
  readonly bits: StatusBits
  readonly statuses: Uint8Array
  /** How long a copy may be used, in seconds. */
  readonly ttl: number | undefined
  /** In seconds since 1970. */
  readonly expiresAt: number | undefined
}

/** What {@link verifyStatusListToken} needs. */
export interface StatusListExpectation {
  /** The URI in the credential: `sub` must be equal. */
  readonly uri: string
  readonly resolveKey: (header: JsonObject, payload: JsonObject) => Promise<KeyObject> | KeyObject
  /** In epoch milliseconds. */
  readonly now: number
}

const refusals = {
  malformed: 'status.unavailable',
  signature: 'status.unavailable',
  typ: 'status.unavailable',
} as const

/**
 * Verifies a Status List Token (Token Status List section 8.3): signature, `typ`, `sub`, `iat`, `exp`, the list.
 * @throws Refusal `status.unavailable`
 */
export async function verifyStatusListToken(
  token: string,
  { uri, resolveKey, now }: StatusListExpectation,
): Promise<VerifiedStatusList> {
  const { payload } = await verifyJws(token, { typ: 'statuslist+jwt', resolveKey, refusals })
  const { sub, iat, exp, ttl, status_list: list } = payload
  if (sub !== uri) throw new Refusal('status.unavailable', 'sub is another URI')
  if (typeof iat !== 'number') throw new Refusal('status.unavailable', 'iat is missing')
  if (exp !== undefined && !(typeof exp === 'number' && exp > now / 1000))
    throw new Refusal('status.unavailable', 'exp has passed')
  const bits = isJsonObject(list) ? toBits(list['bits']) : undefined
  const lst = isJsonObject(list) ? list['lst'] : undefined
  const statuses = typeof lst === 'string' ? decodeStatusList(lst) : undefined
  if (bits === undefined || statuses === undefined)
    throw new Refusal('status.unavailable', 'the list is malformed or too large')
  return {
    bits,
    statuses,
    ttl: typeof ttl === 'number' && ttl > 0 ? ttl : undefined,
    expiresAt: typeof exp === 'number' ? exp : undefined,
  }
}

function toBits(value: unknown): StatusBits | undefined {
  return value === 1 || value === 2 || value === 4 || value === 8 ? value : undefined
}

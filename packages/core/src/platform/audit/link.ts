import { createHash, createHmac } from 'node:crypto'
import { timingSafeEqual, type Keyring } from '../../kernel/crypto/index.ts'
import { encodeLengthPrefixed } from '../../kernel/crypto/length-prefixed.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import type { RowOf } from '../../kernel/storage/index.ts'
import type { auditLinks, auditRecords } from './tables.ts'

/** An audit record row. */
export type AuditRow = RowOf<typeof auditRecords>

/** An audit chain link row. */
export type AuditLinkRow = RowOf<typeof auditLinks>

/** A position in the audit chain. Store it where nobody who can write to the database can change it. */
export interface AuditCheckpoint {
  /** The number of a link; 0 before the first link. */
  readonly number: number
  /** The hash of that link, which covers all links before it: 64 hex digits. */
  readonly hash: string
}

/** Maps record ids to record digests, both in hex. */
export type RecordDigests = ReadonlyMap<string, string>

const idBytes = 16
const digestBytes = 32
const [idHex, entryHex] = [idBytes * 2, (idBytes + digestBytes) * 2]

/** The checkpoint before the first link. */
export const genesisCheckpoint: AuditCheckpoint = { number: 0, hash: '00'.repeat(digestBytes) }

/** Computes the SHA-256 digest over all fields of a record. */
function recordDigest({ id, tenant, at, action, actor, subject, detail }: AuditRow): Uint8Array {
  const parts = ['billfold audit record', id, tenant, String(at), action, actor, subject]
  return sha256Digest(encodeLengthPrefixed(detail === null ? parts : [...parts, detail]))
}

function isUuid(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
}

/**
 * Encodes a record id as 16 bytes. An id that is not a UUID can only come from tampering; it is hashed instead of
 * rejected.
 */
function encodeRecordId(id: string): Uint8Array {
  return isUuid(id) ? Buffer.from(id.replaceAll('-', ''), 'hex') : sha256Digest(Buffer.from(id)).subarray(0, idBytes)
}

/** Encodes the digests of records in the format of `digests`. */
export function encodeDigests(rows: readonly AuditRow[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(rows.flatMap((row) => [encodeRecordId(row.id), recordDigest(row)])))
}

/** Decodes the output of {@link encodeDigests}. */
export function decodeDigests(packed: Uint8Array): RecordDigests {
  const hex = Buffer.from(packed).toString('hex')
  const entries = new Map<string, string>()
  for (let from = 0; from < hex.length; from += entryHex)
    entries.set(toUuid(hex.slice(from, from + idHex)), hex.slice(from + idHex, from + entryHex))
  return entries
}

/** Computes the digests of the current rows: what {@link decodeDigests} returns of {@link encodeDigests}. */
export function computeDigests(rows: readonly AuditRow[]): RecordDigests {
  return new Map(
    rows.map((row) => [
      isUuid(row.id) ? row.id : toUuid(Buffer.from(encodeRecordId(row.id)).toString('hex')),
      Buffer.from(recordDigest(row)).toString('hex'),
    ]),
  )
}

function toUuid(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The part of a new link that does not follow from the previous link. */
export type NewAuditLink = Pick<AuditLinkRow, 'at' | 'recordCount' | 'prunedTo'> & { readonly digests: Uint8Array }

/**
 * Builds the link after `before`, authenticated with the current key. A link authenticates everything before it. So the
 * previous link must be authentic: otherwise an attacker who rewrites the log would only have to wait for the next
 * link.
 *
 * @param trusted - a checkpoint that is accepted although its link cannot be authenticated
 * @throws BillfoldError `audit.chain-untrusted`, and the errors of the keyring
 */
export async function createNextLink(
  keyring: Keyring,
  before: AuditLinkRow | undefined,
  link: NewAuditLink,
  trusted?: AuditCheckpoint,
): Promise<AuditLinkRow> {
  const head = toCheckpoint(before)
  const isTrusted = trusted?.number === head.number && trusted.hash === head.hash
  const isAuthenticLink =
    before === undefined || (hasValidPruneMark(before) && (await verifyLinkMac(keyring, before)) === true)
  if (!isTrusted && !isAuthenticLink) throw new BillfoldError('audit.chain-untrusted')
  const content = {
    ...link,
    number: head.number + 1,
    previousHash: Uint8Array.from(Buffer.from(head.hash, 'hex')),
    digestsHash: sha256Digest(link.digests),
    keyId: keyring.currentKeyId,
  }
  if (!hasValidPruneMark(content)) throw new BillfoldError('audit.chain-untrusted')
  return { ...content, mac: await computeMac(keyring, content) }
}

/** Returns the checkpoint of a link: its number, and the hash that the next link refers to. */
export function toCheckpoint(link: AuditLinkRow | undefined): AuditCheckpoint {
  if (link === undefined) return genesisCheckpoint
  const hash = sha256Digest(Buffer.concat([encodeContent(link), link.mac]))
  return { number: link.number, hash: Buffer.from(hash).toString('hex') }
}

/**
 * Verifies the MAC of a link. Returns undefined if its key is no longer in the keyring.
 * @throws BillfoldError the errors of the keyring
 */
export async function verifyLinkMac(keyring: Keyring, link: AuditLinkRow): Promise<boolean | undefined> {
  try {
    return timingSafeEqual(await computeMac(keyring, link), link.mac)
  } catch (error) {
    if (isBillfoldError(error, 'keyring.unknown-key')) return undefined
    throw error
  }
}

/** Returns true if the prune mark is possible: a link can only record the pruning of earlier links. */
export function hasValidPruneMark({ number, prunedTo }: Pick<AuditLinkRow, 'number' | 'prunedTo'>): boolean {
  return prunedTo >= 0 && prunedTo < number
}

type Content = Omit<AuditLinkRow, 'mac' | 'digests'>

async function computeMac(keyring: Keyring, content: Content): Promise<Uint8Array> {
  const key = await keyring.derive(content.keyId, 'audit chain')
  return Uint8Array.from(createHmac('sha256', key).update(encodeContent(content)).digest())
}

/** Encodes the authenticated fields of a link. `digests` is covered by its hash only, so that it can be pruned. */
function encodeContent({ number, at, recordCount, digestsHash, previousHash, prunedTo, keyId }: Content): Uint8Array {
  const [hash, before] = [digestsHash, previousHash].map((bytes) => Buffer.from(bytes).toString('hex'))
  return encodeLengthPrefixed(
    ['billfold audit link', number, at, recordCount, hash ?? '', before ?? '', prunedTo, keyId].map(String),
  )
}

/** Computes a SHA-256 digest. */
export function sha256Digest(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(bytes).digest())
}

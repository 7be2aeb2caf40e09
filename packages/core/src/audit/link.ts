import { createHash, createHmac } from 'node:crypto'
import { equalSecrets, type Keyring } from '../crypto/index.ts'
import { lengthPrefixed } from '../crypto/length-prefixed.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import type { RowOf } from '../storage/index.ts'
import type { auditLinks, auditRecords } from './table.ts'

/** A record as it is kept. */
export type AuditRow = RowOf<typeof auditRecords>

/** A link of the chain as it is kept. */
export type LinkRow = RowOf<typeof auditLinks>

/** A place in the chain, to be kept where whoever writes to the database cannot reach it. */
export interface AuditHead {
  /** The number of a link; 0 before the first. */
  readonly number: number
  /** Its hash, 64 hex digits: of it and of everything before it. */
  readonly hash: string
}

/** What the digests of a link say: the digest of each record by its id, both in hex. */
export type RecordDigests = ReadonlyMap<string, string>

const idBytes = 16
const digestBytes = 32
const [idHex, entryHex] = [idBytes * 2, (idBytes + digestBytes) * 2]

/** What the first link has before it. */
export const noLink: AuditHead = { number: 0, hash: '00'.repeat(digestBytes) }

/** SHA-256 over everything that a record says. */
function recordDigest({ id, tenant, at, act, actor, subject, detail }: AuditRow): Uint8Array {
  const parts = ['billfold audit record', id, tenant, String(at), act, actor, subject]
  return sha256(lengthPrefixed(detail === null ? parts : [...parts, detail]))
}

/** What a record is called among digests. An id that is no UUID, which nobody but an intruder writes, must not get in the way. */
function idBytesOf(id: string): Uint8Array {
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
  return isUuid ? Buffer.from(id.replaceAll('-', ''), 'hex') : sha256(Buffer.from(id)).subarray(0, idBytes)
}

/** The digests of records, as a link keeps them. */
export function packDigests(rows: readonly AuditRow[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(rows.flatMap((row) => [idBytesOf(row.id), recordDigest(row)])))
}

/** What {@link packDigests} made. */
export function unpackDigests(packed: Uint8Array): RecordDigests {
  const hex = Buffer.from(packed).toString('hex')
  const entries = new Map<string, string>()
  for (let from = 0; from < hex.length; from += entryHex)
    entries.set(uuidOf(hex.slice(from, from + idHex)), hex.slice(from + idHex, from + entryHex))
  return entries
}

/** The same for rows as they are now. */
export function digestsOf(rows: readonly AuditRow[]): RecordDigests {
  return unpackDigests(packDigests(rows))
}

function uuidOf(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** What is new about a link: the rest follows from the one before it. */
export type NewLink = Pick<LinkRow, 'at' | 'count' | 'prunedTo'> & { readonly digests: Uint8Array }

/**
 * The link that follows another, made with the newest key. A link vouches for all before it, and so follows none that cannot be shown to
 * be ours: else whoever rewrites the trail would only have to wait for the next one. `trusted` names one to be followed in any case.
 * @throws BillfoldError `audit.unvouched`, and those of the keyring
 */
export async function nextLink(
  keyring: Keyring,
  before: LinkRow | undefined,
  link: NewLink,
  trusted?: AuditHead,
): Promise<LinkRow> {
  const head = headOf(before)
  const isTrusted = trusted?.number === head.number && trusted.hash === head.hash
  const isOurs = before === undefined || (isPossible(before) && (await isAuthentic(keyring, before)) === true)
  if (!isTrusted && !isOurs) throw new BillfoldError('audit.unvouched')
  const content = {
    ...link,
    number: head.number + 1,
    previous: Uint8Array.from(Buffer.from(head.hash, 'hex')),
    digestsHash: sha256(link.digests),
    keyId: keyring.currentKeyId,
  }
  if (!isPossible(content)) throw new BillfoldError('audit.unvouched')
  return { ...content, mac: await macOf(keyring, content) }
}

/** Where the chain is at a link: its number, and the hash that the next one names. */
export function headOf(link: LinkRow | undefined): AuditHead {
  if (link === undefined) return noLink
  const hash = sha256(Buffer.concat([contentOf(link), link.mac]))
  return { number: link.number, hash: Buffer.from(hash).toString('hex') }
}

/** Whether a link was made with a key of the keyring; undefined when its key has left the keyring. @throws BillfoldError of the keyring */
export async function isAuthentic(keyring: Keyring, link: LinkRow): Promise<boolean | undefined> {
  try {
    return equalSecrets(await macOf(keyring, link), link.mac)
  } catch (error) {
    if (isBillfoldError(error, 'keyring.unknown-key')) return undefined
    throw error
  }
}

/** A link says what was pruned before it: never its own records, nor those of links to come. */
export function isPossible({ number, prunedTo }: Pick<LinkRow, 'number' | 'prunedTo'>): boolean {
  return prunedTo >= 0 && prunedTo < number
}

type Content = Omit<LinkRow, 'mac' | 'digests'>

async function macOf(keyring: Keyring, content: Content): Promise<Uint8Array> {
  const key = await keyring.derive(content.keyId, 'audit chain')
  return Uint8Array.from(createHmac('sha256', key).update(contentOf(content)).digest())
}

/** All of a link but what its hash of the digests stands for, so that they can be pruned. */
function contentOf({ number, at, count, digestsHash, previous, prunedTo, keyId }: Content): Uint8Array {
  const [hash, before] = [digestsHash, previous].map((bytes) => Buffer.from(bytes).toString('hex'))
  return lengthPrefixed(
    ['billfold audit link', number, at, count, hash ?? '', before ?? '', prunedTo, keyId].map(String),
  )
}

/** SHA-256. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(bytes).digest())
}

import { setImmediate } from 'node:timers/promises'
import { isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, decide, insert, update } from '../storage/index.ts'
import { type AuditHead, type LinkRow, nextLink, packDigests } from './link.ts'
import { auditLinks, auditRecords } from './table.ts'
import { prunedUpTo } from './vouched.ts'

type ChainServices = Pick<Services, 'storage' | 'keyring' | 'now'>

/** The maximum number of records in one link. */
export const mostInLink = 500

/** The result of {@link AuditApi.checkpoint}: the number of records that were added to the chain, and of new links. */
export interface Sealed {
  readonly records: number
  readonly links: number
}

/** Options for {@link AuditApi.checkpoint}. */
export interface SealOptions {
  /** The maximum number of links to add. Default: no limit. */
  readonly mostLinks?: number
  /**
   * Continues from this checkpoint although its link cannot be authenticated. Use it after you have investigated the
   * cause, or if the key is lost. `verify` continues to report the problems before it.
   */
  readonly trust?: AuditHead
}

/**
 * Adds unlinked records to the chain, up to 500 per link. Concurrent calls build one chain: the link number is a unique
 * key, inserted in the commit that assigns the records.
 * @throws BillfoldError `audit.chain-untrusted` if the newest link cannot be authenticated; the errors of the storage
 *   and the keyring
 */
export async function seal(services: ChainServices, options: SealOptions = {}): Promise<Sealed> {
  const { mostLinks = Number.POSITIVE_INFINITY, trust } = options
  let records = 0
  let links = 0
  let after = ''
  while (links < mostLinks) {
    const added = await addLink(services, (rows) => rows > 0, { after, trust })
    if (added === undefined) break
    records += added.records
    links++
    if (added.records < mostInLink) break
    // Yield to other requests: some storages resolve without I/O.
    await setImmediate()
    // Continue after the last record, so that linked records are not scanned again. Records committed late with a
    // smaller id are picked up by the next call.
    after = added.last
  }
  return { records, links }
}

/**
 * Adds a link under the current key if the newest link uses another key, so that older keys can be removed from the
 * keyring.
 * @throws BillfoldError `audit.chain-untrusted` if the newest link cannot be authenticated; the errors of the storage
 *   and the keyring
 */
export async function vouchAnew(services: ChainServices): Promise<void> {
  const { currentKeyId } = services.keyring
  await addLink(services, (rows, newest) => newest !== undefined && (rows > 0 || newest.keyId !== currentKeyId))
}

/** Adds a link over the records after an id, if `isWanted` returns true. */
function addLink(
  services: ChainServices,
  isWanted: (rows: number, newest: LinkRow | undefined) => boolean,
  { after = '', trust }: { readonly after?: string; readonly trust?: AuditHead | undefined } = {},
): Promise<{ readonly records: number; readonly last: string } | undefined> {
  const { storage, keyring, now } = services
  return decide(async () => {
    // Read the newest link first: a concurrent link then makes this commit fail with a duplicate key, so the rows
    // read below cannot be stale.
    const newest = await newestLink(services)
    const where = { link: null, id: { gt: after } }
    const rows = await storage.find(auditRecords, { where, orderBy: [['id', 'asc']], limit: mostInLink })
    if (!isWanted(rows.length, newest)) return undefined
    // The prune mark of a link that is only trusted by option may be forged, so it is taken from the newest authentic
    // link.
    const prunedTo = trust === undefined ? (newest?.prunedTo ?? 0) : await prunedUpTo(services, newest)
    const content = { at: now(), count: rows.length, digests: packDigests(rows), prunedTo }
    const link = await nextLink(keyring, newest, content, trust)
    const ids = rows.map(({ id }) => id)
    const membership = { where: { id: { in: ids }, link: null }, set: { link: link.number }, hits: 'any' } as const
    await storage.commit(batch(insert(auditLinks, link), ...(ids.length > 0 ? [update(auditRecords, membership)] : [])))
    return { records: rows.length, last: ids.at(-1) ?? after }
  })
}

/** Finds the newest link of the chain. */
export async function newestLink({ storage }: Pick<Services, 'storage'>): Promise<LinkRow | undefined> {
  return (await storage.find(auditLinks, { orderBy: [['number', 'desc']], limit: 1 }))[0]
}

/**
 * As {@link checkpointAuditLog}, for `maintain()`: logs an untrusted chain instead of failing, so that other steps run.
 */
export async function sealOrComplain(
  services: ChainServices & Pick<Services, 'logger'>,
  mostLinks: number,
): Promise<void> {
  try {
    await seal(services, { mostLinks })
  } catch (error) {
    if (!isBillfoldError(error, 'audit.unvouched')) throw error
    services.logger.error({ code: error.code }, 'audit chain untrusted')
  }
}

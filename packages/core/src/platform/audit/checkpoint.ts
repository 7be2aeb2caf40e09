import { setImmediate } from 'node:timers/promises'
import { isBillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../services.ts'
import { batch, retryOnConflict, insert, update } from '../../kernel/storage/index.ts'
import { type AuditCheckpoint, type AuditLinkRow, createNextLink, encodeDigests } from './link.ts'
import { auditLinks, auditRecords } from './tables.ts'
import { findTrustedPruneMark } from './verify-link.ts'

type ChainServices = Pick<Services, 'storage' | 'keyring' | 'now'>

/** The maximum number of records in one link. */
export const maxRecordsPerLink = 500

/** The result of {@link AuditApi.checkpoint}: the number of records that were added to the chain, and of new links. */
export interface CheckpointResult {
  readonly records: number
  readonly links: number
}

/** Options for {@link AuditApi.checkpoint}. */
export interface CheckpointOptions {
  /** The maximum number of links to add. Default: no limit. */
  readonly maxLinks?: number
  /**
   * Continues from this checkpoint although its link cannot be authenticated. Use it after you have investigated the
   * cause, or if the key is lost. `verify` continues to report the problems before it.
   */
  readonly trustedCheckpoint?: AuditCheckpoint
}

/**
 * Adds unlinked records to the chain, up to 500 per link. Concurrent calls build one chain: the link number is a unique
 * key, inserted in the commit that assigns the records.
 * @throws BillfoldError `audit.chain-untrusted` if the newest link cannot be authenticated; the errors of the storage
 *   and the keyring
 */
export async function checkpointAuditLog(
  services: ChainServices,
  options: CheckpointOptions = {},
): Promise<CheckpointResult> {
  const { maxLinks = Number.POSITIVE_INFINITY, trustedCheckpoint } = options
  let records = 0
  let links = 0
  let after = ''
  while (links < maxLinks) {
    const added = await addLink(services, (rows) => rows > 0, { after, trust: trustedCheckpoint })
    if (added === undefined) break
    records += added.records
    links++
    if (added.records < maxRecordsPerLink) break
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
export async function extendChainWithCurrentKey(services: ChainServices): Promise<void> {
  const { currentKeyId } = services.keyring
  await addLink(services, (rows, newest) => newest !== undefined && (rows > 0 || newest.keyId !== currentKeyId))
}

/** Adds a link over the records after an id, if `isWanted` returns true. */
function addLink(
  services: ChainServices,
  isWanted: (rows: number, newest: AuditLinkRow | undefined) => boolean,
  { after = '', trust }: { readonly after?: string; readonly trust?: AuditCheckpoint | undefined } = {},
): Promise<{ readonly records: number; readonly last: string } | undefined> {
  const { storage, keyring, now } = services
  return retryOnConflict(async () => {
    // Read the newest link first: a concurrent link then makes this commit fail with a duplicate key, so the rows
    // read below cannot be stale.
    const newest = await findNewestLink(services)
    const where = { link: null, id: { gt: after } }
    const rows = await storage.find(auditRecords, { where, orderBy: [['id', 'asc']], limit: maxRecordsPerLink })
    if (!isWanted(rows.length, newest)) return undefined
    // The prune mark of a link that is only trusted by option may be forged, so it is taken from the newest authentic
    // link.
    const prunedTo = trust === undefined ? (newest?.prunedTo ?? 0) : await findTrustedPruneMark(services, newest)
    const content = { at: now(), recordCount: rows.length, digests: encodeDigests(rows), prunedTo }
    const link = await createNextLink(keyring, newest, content, trust)
    const ids = rows.map(({ id }) => id)
    const membership = {
      where: { id: { in: ids }, link: null },
      set: { link: link.number },
      expectedRows: 'any',
    } as const
    await storage.commit(batch(insert(auditLinks, link), ...(ids.length > 0 ? [update(auditRecords, membership)] : [])))
    return { records: rows.length, last: ids.at(-1) ?? after }
  })
}

/** Finds the newest link of the chain. */
export async function findNewestLink({ storage }: Pick<Services, 'storage'>): Promise<AuditLinkRow | undefined> {
  return (await storage.find(auditLinks, { orderBy: [['number', 'desc']], limit: 1 }))[0]
}

/**
 * As {@link checkpointAuditLog}, for `maintain()`: logs an untrusted chain instead of failing, so that other steps run.
 */
export async function checkpointOrLog(
  services: ChainServices & Pick<Services, 'logger'>,
  maxLinks: number,
): Promise<void> {
  try {
    await checkpointAuditLog(services, { maxLinks })
  } catch (error) {
    if (!isBillfoldError(error, 'audit.chain-untrusted')) throw error
    services.logger.error({ code: error.code }, 'audit chain untrusted')
  }
}

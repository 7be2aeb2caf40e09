import { setImmediate } from 'node:timers/promises'
import { isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, decide, insert, update } from '../storage/index.ts'
import { type AuditHead, type LinkRow, nextLink, packDigests } from './link.ts'
import { auditLinks, auditRecords } from './table.ts'
import { prunedUpTo } from './vouched.ts'

type SealServices = Pick<Services, 'storage' | 'keyring' | 'now'>

/** How many records one link seals at most. */
export const mostInLink = 500

/** What was sealed. */
export interface Sealed {
  readonly records: number
  readonly links: number
}

/** How to seal. */
export interface SealOptions {
  /** How many links to make at most: as many as it takes. */
  readonly mostLinks?: number
  /**
   * The head to go on from although no key of the keyring vouches for it: after you have looked what became of the trail, or where the key
   * is lost. `verify` goes on naming what is wrong before it.
   */
  readonly trust?: AuditHead
}

/**
 * Seals the records that no link seals yet, 500 to a link. Two who do it at once make one chain: a link is
 * made under the next number, which is a unique key, in the commit that says which records it seals.
 * @throws BillfoldError `audit.unvouched` where the newest link is not ours, and those of the storage and of the keyring
 */
export async function seal(services: SealServices, options: SealOptions = {}): Promise<Sealed> {
  const { mostLinks = Number.POSITIVE_INFINITY, trust } = options
  let records = 0
  let links = 0
  let after = ''
  while (links < mostLinks) {
    const sealed = await addLink(services, (rows) => rows > 0, { after, trust })
    if (sealed === undefined) break
    records += sealed.records
    links++
    if (sealed.records < mostInLink) break
    // Some storages answer at once: the requests of the process have their turn here.
    await setImmediate()
    // Onwards, so that what is sealed is not passed over again for every link. What comes late, before this, has the next call.
    after = sealed.last
  }
  return { records, links }
}

/**
 * Has the newest key of the keyring vouch for the chain, by a link more where the last one was made with another key: an older key can
 * then leave the keyring.
 * @throws BillfoldError `audit.unvouched` where the newest link is not ours, and those of the storage and of the keyring
 */
export async function vouchAnew(services: SealServices): Promise<void> {
  const { currentKeyId } = services.keyring
  await addLink(services, (rows, newest) => newest !== undefined && (rows > 0 || newest.keyId !== currentKeyId))
}

/** Adds a link, over records with ids after this one, if it is wanted; gives how many records it seals, and the last of them. */
function addLink(
  services: SealServices,
  isWanted: (rows: number, newest: LinkRow | undefined) => boolean,
  { after = '', trust }: { readonly after?: string; readonly trust?: AuditHead | undefined } = {},
): Promise<{ readonly records: number; readonly last: string } | undefined> {
  const { storage, keyring, now } = services
  return decide(async () => {
    // The newest link first: whoever adds one after this makes the commit a duplicate, so that what is read next is as it was then.
    const newest = await newestLink(services)
    const where = { link: null, id: { gt: after } }
    const rows = await storage.find(auditRecords, { where, orderBy: [['id', 'asc']], limit: mostInLink })
    if (!isWanted(rows.length, newest)) return undefined
    // A link that is followed on somebody's word is not taken at its own: what it says of pruning may be an intruder's.
    const prunedTo = trust === undefined ? (newest?.prunedTo ?? 0) : await prunedUpTo(services, newest)
    const content = { at: now(), count: rows.length, digests: packDigests(rows), prunedTo }
    const link = await nextLink(keyring, newest, content, trust)
    const ids = rows.map(({ id }) => id)
    const membership = { where: { id: { in: ids }, link: null }, set: { link: link.number }, hits: 'any' } as const
    await storage.commit(batch(insert(auditLinks, link), ...(ids.length > 0 ? [update(auditRecords, membership)] : [])))
    return { records: rows.length, last: ids.at(-1) ?? after }
  })
}

/** The newest link of the chain, or undefined before the first. */
export async function newestLink({ storage }: Pick<Services, 'storage'>): Promise<LinkRow | undefined> {
  return (await storage.find(auditLinks, { orderBy: [['number', 'desc']], limit: 1 }))[0]
}

/** As {@link seal}, for `maintain()`: a trail that somebody has changed is said in the log, and holds nothing else up. */
export async function sealOrComplain(
  services: SealServices & Pick<Services, 'logger'>,
  mostLinks: number,
): Promise<void> {
  try {
    await seal(services, { mostLinks })
  } catch (error) {
    if (!isBillfoldError(error, 'audit.unvouched')) throw error
    services.logger.error({ code: error.code }, error.message)
  }
}

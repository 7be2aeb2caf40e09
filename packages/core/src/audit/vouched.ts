import { setImmediate } from 'node:timers/promises'
import type { Services } from '../services.ts'
import { headOf, isAuthentic, isPossible, type LinkRow } from './link.ts'
import { auditLinks } from './table.ts'

type ChainServices = Pick<Services, 'storage' | 'keyring'>

/** How many links one read takes; each has 24 kB of digests at most. */
const linksAtOnce = 50

/**
 * Whether a link is as it was made. Where its key has left the keyring, the links after it are walked to the first one that the keyring
 * vouches for, since each names the hash of the one before.
 * @throws BillfoldError of the storage and of the keyring
 */
export async function isVouchedFor(services: ChainServices, link: LinkRow): Promise<boolean> {
  const authentic = await isAuthentic(services.keyring, link)
  if (authentic !== undefined) return authentic && isPossible(link)
  let last = headOf(link)
  for await (const next of linksAfter(services, link.number)) {
    if (next.number !== last.number + 1 || Buffer.from(next.previous).toString('hex') !== last.hash) return false
    const nextIsAuthentic = await isAuthentic(services.keyring, next)
    if (nextIsAuthentic !== undefined) return nextIsAuthentic
    last = headOf(next)
  }
  return false
}

/**
 * Up to where records were pruned, as the newest link of this one and those before it says that the keyring vouches for; 0 where there is
 * none. What other links say, somebody else may have written.
 * @throws BillfoldError of the storage and of the keyring
 */
export async function prunedUpTo(services: ChainServices, newest: LinkRow | undefined): Promise<number> {
  if (newest === undefined) return 0
  const isOurs = async (link: LinkRow) => isPossible(link) && (await isAuthentic(services.keyring, link)) === true
  if (await isOurs(newest)) return newest.prunedTo
  for await (const link of linksBefore(services, newest.number)) if (await isOurs(link)) return link.prunedTo
  return 0
}

async function* linksAfter({ storage }: ChainServices, number: number): AsyncGenerator<LinkRow> {
  for (let after = number; ; ) {
    const where = { number: { gt: after } }
    const links = await storage.find(auditLinks, { where, orderBy: [['number', 'asc']], limit: linksAtOnce })
    yield* links
    if (links.length < linksAtOnce) return
    after = links.at(-1)?.number ?? after
    // Some storages answer at once: the requests of the process have their turn here.
    await setImmediate()
  }
}

async function* linksBefore({ storage }: ChainServices, number: number): AsyncGenerator<LinkRow> {
  for (let before = number; ; ) {
    const where = { number: { lt: before } }
    const links = await storage.find(auditLinks, { where, orderBy: [['number', 'desc']], limit: linksAtOnce })
    yield* links
    if (links.length < linksAtOnce) return
    before = links.at(-1)?.number ?? before
    await setImmediate()
  }
}

import { setImmediate } from 'node:timers/promises'
import type { Services } from '../services.ts'
import { headOf, isAuthentic, isPossible, type LinkRow } from './link.ts'
import { auditLinks } from './table.ts'

type ChainServices = Pick<Services, 'storage' | 'keyring'>

/** The number of links per read. Each has at most 24 kB of digests. */
const linksPerPage = 50

/**
 * Returns true if a link is unchanged. If its key is no longer in the keyring, follows the hashes of later links to the
 * first one whose key is.
 * @throws BillfoldError the errors of the storage and the keyring
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
 * Finds the prune mark of the newest authentic link, starting at `newest`. Returns 0 if no link is authentic. Marks of
 * other links may be forged.
 * @throws BillfoldError the errors of the storage and the keyring
 */
export async function prunedUpTo(services: ChainServices, newest: LinkRow | undefined): Promise<number> {
  if (newest === undefined) return 0
  const isAuthenticLink = async (link: LinkRow) =>
    isPossible(link) && (await isAuthentic(services.keyring, link)) === true
  if (await isAuthenticLink(newest)) return newest.prunedTo
  for await (const link of linksBefore(services, newest.number)) if (await isAuthenticLink(link)) return link.prunedTo
  return 0
}

async function* linksAfter({ storage }: ChainServices, number: number): AsyncGenerator<LinkRow> {
  for (let after = number; ; ) {
    const where = { number: { gt: after } }
    const links = await storage.find(auditLinks, { where, orderBy: [['number', 'asc']], limit: linksPerPage })
    yield* links
    if (links.length < linksPerPage) return
    after = links.at(-1)?.number ?? after
    // Yield to other requests: some storages resolve without I/O.
    await setImmediate()
  }
}

async function* linksBefore({ storage }: ChainServices, number: number): AsyncGenerator<LinkRow> {
  for (let before = number; ; ) {
    const where = { number: { lt: before } }
    const links = await storage.find(auditLinks, { where, orderBy: [['number', 'desc']], limit: linksPerPage })
    yield* links
    if (links.length < linksPerPage) return
    before = links.at(-1)?.number ?? before
    await setImmediate()
  }
}

import { setImmediate } from 'node:timers/promises'
import type { Services } from '../services.ts'
import { toCheckpoint, verifyLinkMac, hasValidPruneMark, type AuditLinkRow } from './link.ts'
import { auditLinks } from './tables.ts'

type ChainServices = Pick<Services, 'storage' | 'keyring'>

/** The number of links per read. Each has at most 24 kB of digests. */
const linksPerPage = 50

/**
 * Returns true if a link is unchanged. If its key is no longer in the keyring, follows the hashes of later links to the
 * first one whose key is.
 * @throws BillfoldError the errors of the storage and the keyring
 */
export async function isLinkTrusted(services: ChainServices, link: AuditLinkRow): Promise<boolean> {
  const authentic = await verifyLinkMac(services.keyring, link)
  if (authentic !== undefined) return authentic && hasValidPruneMark(link)
  let last = toCheckpoint(link)
  for await (const next of linksAfter(services, link.number)) {
    if (next.number !== last.number + 1 || Buffer.from(next.previousHash).toString('hex') !== last.hash) return false
    const nextIsAuthentic = await verifyLinkMac(services.keyring, next)
    if (nextIsAuthentic !== undefined) return nextIsAuthentic
    last = toCheckpoint(next)
  }
  return false
}

/**
 * Finds the prune mark of the newest authentic link, starting at `newest`. Returns 0 if no link is authentic. Marks of
 * other links may be forged.
 * @throws BillfoldError the errors of the storage and the keyring
 */
export async function findTrustedPruneMark(services: ChainServices, newest: AuditLinkRow | undefined): Promise<number> {
  if (newest === undefined) return 0
  const isAuthenticLink = async (link: AuditLinkRow) =>
    hasValidPruneMark(link) && (await verifyLinkMac(services.keyring, link)) === true
  if (await isAuthenticLink(newest)) return newest.prunedTo
  for await (const link of linksBefore(services, newest.number)) if (await isAuthenticLink(link)) return link.prunedTo
  return 0
}

async function* linksAfter({ storage }: ChainServices, number: number): AsyncGenerator<AuditLinkRow> {
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

async function* linksBefore({ storage }: ChainServices, number: number): AsyncGenerator<AuditLinkRow> {
  for (let before = number; ; ) {
    const where = { number: { lt: before } }
    const links = await storage.find(auditLinks, { where, orderBy: [['number', 'desc']], limit: linksPerPage })
    yield* links
    if (links.length < linksPerPage) return
    before = links.at(-1)?.number ?? before
    await setImmediate()
  }
}

import { setImmediate } from 'node:timers/promises'
import { readAhead } from '../../kernel/concurrency/read-ahead.ts'
import type { Services } from '../services.ts'
import type { AuditLogFinding } from './findings.ts'
import {
  type AuditCheckpoint,
  computeDigests,
  toCheckpoint,
  verifyLinkMac,
  hasValidPruneMark,
  type AuditLinkRow,
  type AuditRow,
  genesisCheckpoint,
  sha256Digest,
  decodeDigests,
} from './link.ts'
import { maxRecordsPerLink, findNewestLink } from './checkpoint.ts'
import { auditLinks, auditRecords } from './tables.ts'

type VerifyServices = Pick<Services, 'storage' | 'keyring'>

/** Options for {@link AuditApi.verify}. */
export interface AuditVerifyOptions {
  /**
   * A checkpoint from an earlier call, stored outside the database. Without it, a truncated chain cannot be detected.
   */
  readonly checkpoint?: AuditCheckpoint
  /**
   * Continues an interrupted verification: the `checkpoint` that `onProgress` got last. What precedes it is not read again.
   * Store it where nobody who can write to the database can change it. Without its hash, the number of a link or a time in epoch
   * milliseconds continues after that link, or after the last one that was created before that time: its hash is read from the
   * database, and authenticated with the keyring.
   */
  readonly from?: AuditCheckpoint | { readonly link: number } | { readonly before: number }
  /** Called after each link with the totals of this run, and with the point where another one can continue. */
  readonly onProgress?: (progress: {
    readonly links: number
    readonly records: number
    readonly checkpoint: AuditCheckpoint
  }) => void
}

/** The result of verifying the audit log. */
export interface AuditVerification {
  /** The problems found, in the order of the chain, at most 100. Empty if the log is intact. */
  readonly findings: readonly AuditLogFinding[]
  /** The checkpoint at the end of the chain. Store it outside the database. */
  readonly checkpoint: AuditCheckpoint
  readonly links: number
  /** The number of linked records. */
  readonly records: number
  /** The number of pruned records, according to the links. */
  readonly pruned: number
  /** True if there are records that no link contains yet. These are not protected. */
  readonly hasUnlinkedRecords: boolean
}

const maxFindings = 100
/** The number of links per read. Each has at most 24 kB of digests. */
const linksPerPage = 10
/** The number of records whose digests are computed in one turn of the event loop. */
const recordsPerTurn = 100

/**
 * Verifies the chain from its first link, and compares every record with its digest. Reads everything page by page:
 * minutes for millions of records, with little memory. Records may be added, linked and pruned concurrently.
 * @throws BillfoldError the errors of the storage and the keyring
 */
export async function verifyAuditLog(
  services: VerifyServices,
  options: AuditVerifyOptions = {},
): Promise<AuditVerification> {
  const walk = new ChainWalk(services, options)
  await walk.start()
  for await (const { link, records } of readAhead(readLinks(services, walk.last.number))) {
    await walk.step(link, records)
    // Yield to other requests: some storages resolve without I/O.
    await setImmediate()
  }
  return walk.end()
}

/** Reads the links after a number, each with its records. */
async function* readLinks(
  { storage }: VerifyServices,
  after: number,
): AsyncGenerator<{ readonly link: AuditLinkRow; readonly records: readonly AuditRow[] }, void> {
  for (let last = after; ; ) {
    const where = { number: { gt: last } }
    const links = await storage.find(auditLinks, { where, orderBy: [['number', 'asc']], limit: linksPerPage })
    for (const link of links) {
      const records = await storage.find(auditRecords, {
        where: { link: link.number },
        orderBy: [['id', 'asc']],
        limit: maxRecordsPerLink + maxFindings,
      })
      yield { link, records }
    }
    if (links.length < linksPerPage) return
    last = links.at(-1)?.number ?? last
  }
}

/** The state of a verification: its position in the chain and the problems found. */
class ChainWalk {
  last: AuditCheckpoint = genesisCheckpoint
  readonly #services: VerifyServices
  readonly #options: AuditVerifyOptions
  readonly #findings: AuditLogFinding[] = []
  #links = 0
  #records = 0
  #pruned = 0
  /** The prune mark, as last read. */
  #prunedTo = 0
  /** The first link after the last authentic one. */
  #untrusted: number | undefined

  constructor(services: VerifyServices, options: AuditVerifyOptions) {
    this.#services = services
    this.#options = options
  }

  /** Finds where to start. The records of that link are not read again. */
  async start(): Promise<void> {
    const { from } = this.#options
    if (from === undefined) return
    if ('hash' in from) await this.#startAtCheckpoint(from)
    else await this.#startAtStored(from)
  }

  async #startAtCheckpoint(from: AuditCheckpoint): Promise<void> {
    if (from.number === 0) return
    const [link] = await this.#services.storage.find(auditLinks, { where: { number: from.number }, limit: 1 })
    if (link === undefined) this.#report('checkpoint-missing', from.number)
    else if (toCheckpoint(link).hash !== from.hash) this.#report('checkpoint-mismatch', from.number)
    this.last = from
  }

  /** Starts at a link whose hash nobody has stored elsewhere: so its MAC is what it is trusted by. */
  async #startAtStored(from: { readonly link: number } | { readonly before: number }): Promise<void> {
    const where = 'link' in from ? { number: from.link } : { at: { lt: from.before } }
    const [link] = await this.#services.storage.find(auditLinks, { where, orderBy: [['number', 'desc']], limit: 1 })
    if (link === undefined && 'link' in from && from.link > 0) this.#report('link-removed', from.link)
    if (link === undefined) return
    const authentic = await verifyLinkMac(this.#services.keyring, link)
    if (authentic === false || !hasValidPruneMark(link)) this.#report('link-changed', link.number)
    if (authentic !== true) this.#untrusted = link.number
    this.last = toCheckpoint(link)
  }

  async step(link: AuditLinkRow, records: readonly AuditRow[]): Promise<void> {
    const { number } = link
    const follows = number === this.last.number + 1
    if (!follows) this.#report('link-removed', this.last.number + 1)
    const authentic = await verifyLinkMac(this.#services.keyring, link)
    const wasReported = this.#isReported(this.last.number)
    if (authentic === false || !hasValidPruneMark(link)) this.#report('link-changed', number)
    else if (follows && !wasReported && Buffer.from(link.previousHash).toString('hex') !== this.last.hash)
      // This link is authentic and names another hash, so the previous link was changed.
      this.#report('link-changed', Math.max(number - 1, 1))
    if (authentic === true) this.#untrusted = undefined
    else this.#untrusted ??= number
    this.last = toCheckpoint(link)
    this.#links++
    const { checkpoint } = this.#options
    if (checkpoint?.number === number && checkpoint.hash !== this.last.hash) this.#report('checkpoint-mismatch', number)
    await this.#compare(link, records)
    this.#options.onProgress?.({ links: this.#links, records: this.#records, checkpoint: this.last })
  }

  async end(): Promise<AuditVerification> {
    const { storage } = this.#services
    if (this.#untrusted !== undefined && !this.#isReported(this.#untrusted))
      this.#report('link-untrusted', this.#untrusted)
    const [beyond] = await storage.find(auditRecords, {
      where: { link: { gt: this.last.number } },
      orderBy: [['link', 'asc']],
      limit: 1,
    })
    // A link that was added after the last read is not a problem.
    if (beyond?.link !== undefined && (beyond.link ?? 0) > ((await findNewestLink(this.#services))?.number ?? 0))
      this.#report('link-removed', this.last.number + 1, beyond.id)
    const strays = await storage.find(auditRecords, { where: { link: { lt: 1 } }, limit: maxFindings })
    for (const { id, link } of strays) this.#report('record-added', link ?? 0, id)
    const { checkpoint } = this.#options
    if (checkpoint !== undefined && checkpoint.number > this.last.number)
      this.#report('checkpoint-missing', checkpoint.number)
    const unsealed = await storage.find(auditRecords, { where: { link: null }, limit: 1 })
    return {
      findings: this.#findings,
      checkpoint: this.last,
      links: this.#links,
      records: this.#records,
      pruned: this.#pruned,
      hasUnlinkedRecords: unsealed.length > 0,
    }
  }

  /** Compares the records of a link with its digests. */
  async #compare(
    { number, recordCount, digests, digestsHash }: AuditLinkRow,
    rows: readonly AuditRow[],
  ): Promise<void> {
    if (digests !== null && !Buffer.from(sha256Digest(digests)).equals(digestsHash))
      return this.#report('link-changed', number)
    if (digests === null && !(await this.#isPruned(number))) return this.#report('link-changed', number)
    const linked = digests === null ? new Map<string, string>() : decodeDigests(digests)
    const now = new Set<string>()
    for (let from = 0; from < rows.length; from += recordsPerTurn) {
      // Yield to other requests: hashing a whole link takes milliseconds.
      await setImmediate()
      for (const [id, digest] of computeDigests(rows.slice(from, from + recordsPerTurn))) {
        now.add(id)
        if (!linked.has(id)) this.#report('record-added', number, id)
        else if (linked.get(id) !== digest) this.#report('record-changed', number, id)
      }
    }
    const missing = [...linked.keys()].filter((id) => !now.has(id))
    this.#records += linked.size - missing.length
    this.#pruned += digests === null ? recordCount : 0
    if (missing.length === 0) return
    if (await this.#isPruned(number)) this.#pruned += missing.length
    else await this.#reportMissing(number, missing)
  }

  /** Reports records that are missing from their link: deleted, or assigned to another link. */
  async #reportMissing(number: number, ids: readonly string[]): Promise<void> {
    const elsewhere = await this.#services.storage.find(auditRecords, { where: { id: { in: ids } } })
    const there = new Set(elsewhere.map(({ id }) => id))
    for (const id of ids) this.#report(there.has(id) ? 'record-changed' : 'record-removed', number, id)
  }

  /**
   * Returns true if the newest authentic link records the pruning. Reads it again, since records may be pruned during
   * the verification.
   */
  async #isPruned(number: number): Promise<boolean> {
    if (number <= this.#prunedTo) return true
    const newest = await findNewestLink(this.#services)
    if (
      newest !== undefined &&
      hasValidPruneMark(newest) &&
      (await verifyLinkMac(this.#services.keyring, newest)) === true
    )
      this.#prunedTo = newest.prunedTo
    return number <= this.#prunedTo
  }

  #isReported(number: number): boolean {
    return this.#findings.some(({ finding, link }) => finding === 'link-changed' && link === number)
  }

  #report(finding: AuditLogFinding['finding'], link: number, record?: string): void {
    if (finding === 'link-changed' && this.#isReported(link)) return
    if (this.#findings.length < maxFindings)
      this.#findings.push({ finding, link, ...(record !== undefined && { record }) })
  }
}

import { setImmediate } from 'node:timers/promises'
import type { Services } from '../services.ts'
import type { TrailFinding } from './finding.ts'
import {
  type AuditHead,
  digestsOf,
  headOf,
  isAuthentic,
  isPossible,
  type LinkRow,
  noLink,
  sha256,
  unpackDigests,
} from './link.ts'
import { mostInLink, newestLink } from './seal.ts'
import { auditLinks, auditRecords } from './table.ts'

type VerifyServices = Pick<Services, 'storage' | 'keyring'>

/** What to verify, and against what. */
export interface VerifyOptions {
  /** A head that was kept elsewhere: without one, nobody can tell a chain whose end was cut off from a shorter one. */
  readonly head?: AuditHead
  /** Told after each link. */
  readonly onProgress?: (seen: { readonly links: number; readonly records: number }) => void
}

/** What a verification saw. */
export interface Verification {
  /** What is wrong, in the order of the chain, at most 100; nothing where the trail is whole. */
  readonly findings: readonly TrailFinding[]
  /** The end of the chain: keep it where whoever writes to the database cannot reach it. */
  readonly head: AuditHead
  readonly links: number
  /** How many sealed records there are. */
  readonly records: number
  /** How many records were pruned, as the links say. */
  readonly pruned: number
  /** Whether there are records that no link seals yet: nothing holds these. */
  readonly hasUnsealed: boolean
}

const mostFindings = 100
/** How many links one read takes; each has 24 kB of digests at most. */
const linksAtOnce = 50

/**
 * Walks the chain from its first link, and compares every record with what was sealed. It reads everything, a page at a time, and so takes
 * minutes for millions of records and little memory. Records may be added, sealed and pruned meanwhile.
 * @throws BillfoldError of the storage and of the keyring
 */
export async function verify(services: VerifyServices, options: VerifyOptions = {}): Promise<Verification> {
  const walk = new Walk(services, options)
  for (;;) {
    const links = await services.storage.find(auditLinks, {
      where: { number: { gt: walk.last.number } },
      orderBy: [['number', 'asc']],
      limit: linksAtOnce,
    })
    for (const link of links) {
      await walk.step(link)
      // Some storages answer at once: the requests of the process have their turn here.
      await setImmediate()
    }
    if (links.length < linksAtOnce) break
  }
  return walk.end()
}

/** A walk along the chain: where it is, and what it has found. */
class Walk {
  last: AuditHead = noLink
  readonly #services: VerifyServices
  readonly #options: VerifyOptions
  readonly #findings: TrailFinding[] = []
  #links = 0
  #records = 0
  #pruned = 0
  /** Up to where the records were pruned, as far as this walk has asked. */
  #prunedTo = 0
  /** The first link since the last one that the keyring vouches for. */
  #unvouched: number | undefined

  constructor(services: VerifyServices, options: VerifyOptions) {
    this.#services = services
    this.#options = options
  }

  async step(link: LinkRow): Promise<void> {
    const { number } = link
    const follows = number === this.last.number + 1
    if (!follows) this.#found('link-removed', this.last.number + 1)
    const authentic = await isAuthentic(this.#services.keyring, link)
    const wasNamed = this.#isNamed(this.last.number)
    if (authentic === false || !isPossible(link)) this.#found('link-changed', number)
    else if (follows && !wasNamed && Buffer.from(link.previous).toString('hex') !== this.last.hash)
      // An authentic link names what was before it: then that one was changed.
      this.#found('link-changed', Math.max(number - 1, 1))
    if (authentic === true) this.#unvouched = undefined
    else this.#unvouched ??= number
    this.last = headOf(link)
    this.#links++
    const { head } = this.#options
    if (head?.number === number && head.hash !== this.last.hash) this.#found('head-differs', number)
    await this.#compare(link)
    this.#options.onProgress?.({ links: this.#links, records: this.#records })
  }

  async end(): Promise<Verification> {
    const { storage } = this.#services
    if (this.#unvouched !== undefined && !this.#isNamed(this.#unvouched)) this.#found('link-unvouched', this.#unvouched)
    const [beyond] = await storage.find(auditRecords, {
      where: { link: { gt: this.last.number } },
      orderBy: [['link', 'asc']],
      limit: 1,
    })
    // A link that came after the walk's last look is as good as any.
    if (beyond?.link !== undefined && (beyond.link ?? 0) > ((await newestLink(this.#services))?.number ?? 0))
      this.#found('link-removed', this.last.number + 1, beyond.id)
    const strays = await storage.find(auditRecords, { where: { link: { lt: 1 } }, limit: mostFindings })
    for (const { id, link } of strays) this.#found('record-added', link ?? 0, id)
    const { head } = this.#options
    if (head !== undefined && head.number > this.last.number) this.#found('head-removed', head.number)
    const unsealed = await storage.find(auditRecords, { where: { link: null }, limit: 1 })
    return {
      findings: this.#findings,
      head: this.last,
      links: this.#links,
      records: this.#records,
      pruned: this.#pruned,
      hasUnsealed: unsealed.length > 0,
    }
  }

  /** Compares the records of a link with its digests. */
  async #compare({ number, count, digests, digestsHash }: LinkRow): Promise<void> {
    const { storage } = this.#services
    const rows = await storage.find(auditRecords, {
      where: { link: number },
      orderBy: [['id', 'asc']],
      limit: mostInLink + mostFindings,
    })
    if (digests !== null && !Buffer.from(sha256(digests)).equals(digestsHash))
      return this.#found('link-changed', number)
    if (digests === null && !(await this.#isPruned(number))) return this.#found('link-changed', number)
    const sealed = digests === null ? new Map<string, string>() : unpackDigests(digests)
    const now = digestsOf(rows)
    for (const [id, digest] of now) {
      if (!sealed.has(id)) this.#found('record-added', number, id)
      else if (sealed.get(id) !== digest) this.#found('record-changed', number, id)
    }
    const missing = [...sealed.keys()].filter((id) => !now.has(id))
    this.#records += sealed.size - missing.length
    this.#pruned += digests === null ? count : 0
    if (missing.length === 0) return
    if (await this.#isPruned(number)) this.#pruned += missing.length
    else await this.#miss(number, missing)
  }

  /** Records that are not in their link: gone, or there and no longer of it. */
  async #miss(number: number, ids: readonly string[]): Promise<void> {
    const elsewhere = await this.#services.storage.find(auditRecords, { where: { id: { in: ids } } })
    const there = new Set(elsewhere.map(({ id }) => id))
    for (const id of ids) this.#found(there.has(id) ? 'record-changed' : 'record-removed', number, id)
  }

  /** The newest link says so, under a key of the keyring. It is asked again, since records may be pruned during a walk. */
  async #isPruned(number: number): Promise<boolean> {
    if (number <= this.#prunedTo) return true
    const newest = await newestLink(this.#services)
    if (newest !== undefined && isPossible(newest) && (await isAuthentic(this.#services.keyring, newest)) === true)
      this.#prunedTo = newest.prunedTo
    return number <= this.#prunedTo
  }

  #isNamed(number: number): boolean {
    return this.#findings.some(({ finding, link }) => finding === 'link-changed' && link === number)
  }

  #found(finding: TrailFinding['finding'], link: number, record?: string): void {
    if (finding === 'link-changed' && this.#isNamed(link)) return
    if (this.#findings.length < mostFindings)
      this.#findings.push({ finding, link, ...(record !== undefined && { record }) })
  }
}

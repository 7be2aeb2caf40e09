/** Who asks for a slot. Both fields are known before anything about the request is checked. */
export interface Requester {
  /** The source address that the job counts against. Jobs without one count against no source. */
  readonly source?: string | undefined
  /** True if nobody is authenticated. */
  readonly isAnonymous?: boolean | undefined
}

/** A waiting job. */
export interface WaitingJob {
  readonly start: () => void
  readonly reject: (retryAfterSeconds: number) => void
}

const noSource = Symbol('no source')
type Source = string | typeof noSource

/** Jobs that wait in one lane: first in, first out for each source, and the sources take turns (round robin). */
class Lane {
  /** In the order in which the sources have their turn. */
  readonly #sources = new Map<Source, WaitingJob[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  count({ source = noSource }: { readonly source?: Source | undefined }): number {
    return this.#sources.get(source)?.length ?? 0
  }

  push({ source = noSource }: { readonly source?: Source | undefined }, job: WaitingJob): void {
    const jobs = this.#sources.get(source)
    if (jobs === undefined) this.#sources.set(source, [job])
    else jobs.push(job)
    this.#size++
  }

  shift(): WaitingJob | undefined {
    const [next] = this.#sources
    if (next === undefined) return undefined
    const [source, jobs] = next
    const job = jobs.shift()
    this.#sources.delete(source)
    if (jobs.length > 0) this.#sources.set(source, jobs)
    this.#size--
    return job
  }

  /** Removes the newest job of the source with the most waiting jobs, if it has more than `count`. */
  dropLongest(count: number): WaitingJob | undefined {
    let longest: [Source, WaitingJob[]] | undefined
    for (const entry of this.#sources) if (entry[1].length > (longest?.[1].length ?? count)) longest = entry
    if (longest === undefined) return undefined
    this.#size--
    if (longest[1].length === 1) this.#sources.delete(longest[0])
    return longest[1].pop()
  }

  /** Counts the jobs that run before a new one of this source. */
  countAhead(requester: { readonly source?: Source | undefined }): number {
    const own = this.count(requester)
    let ahead = own
    for (const [source, jobs] of this.#sources)
      if (source !== (requester.source ?? noSource)) ahead += Math.min(jobs.length, own + 1)
    return ahead
  }
}

/** How many authenticated jobs in a row start while an anonymous one waits. */
const authenticatedInARow = 3

/**
 * A bounded queue with two lanes. Of four jobs that start, three are those of authenticated callers, if both lanes have some.
 * Within a lane the sources take turns, so that one source delays a job of another by one job, however many it sends.
 */
export class FairQueue {
  readonly #maxPerLane: number
  readonly #authenticated = new Lane()
  readonly #anonymous = new Lane()
  #inARow = 0

  /** @param maxPerLane maximum number of waiting jobs of each lane */
  constructor(maxPerLane: number) {
    this.#maxPerLane = maxPerLane
  }

  get size(): number {
    return this.#authenticated.size + this.#anonymous.size
  }

  /** Counts the jobs that start before a new one of this requester, jobs that arrive later not included. */
  countAhead(requester: Requester): number {
    const ahead = this.#lane(requester).countAhead(requester)
    const others =
      requester.isAnonymous === true
        ? Math.min(this.#authenticated.size, authenticatedInARow * (ahead + 1))
        : Math.min(this.#anonymous.size, Math.ceil((ahead + 1) / authenticatedInARow))
    return ahead + others
  }

  /**
   * Adds a job. In a full lane it replaces the newest job of the source with the most waiting jobs, so that no source can keep
   * others out. Returns false if the new job is itself of such a source.
   * @param retryAfterSeconds for the job that is replaced
   */
  push(requester: Requester, job: WaitingJob, retryAfterSeconds: number): boolean {
    const lane = this.#lane(requester)
    if (lane.size >= this.#maxPerLane) {
      const dropped = this.#maxPerLane > 0 ? lane.dropLongest(lane.count(requester) + 1) : undefined
      if (dropped === undefined) return false
      dropped.reject(retryAfterSeconds)
    }
    lane.push(requester, job)
    return true
  }

  shift(): WaitingJob | undefined {
    const isAnonymousTurn = this.#authenticated.size === 0 || this.#inARow >= authenticatedInARow
    const lane = isAnonymousTurn && this.#anonymous.size > 0 ? this.#anonymous : this.#authenticated
    this.#inARow = lane === this.#authenticated ? this.#inARow + 1 : 0
    return lane.shift()
  }

  #lane({ isAnonymous }: Requester): Lane {
    return isAnonymous === true ? this.#anonymous : this.#authenticated
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { FuzzedCheck } from './fuzzed-api.ts'
import { createFuzzTarget, type FuzzedApiName } from './fuzzed-apis.ts'
import type { HostMeasurement } from './host-process.ts'
import { type LoopBlock, type LoopDelay, maxBlockMs } from './loop-monitor.ts'
import type { FuzzTarget } from './requests.ts'
import { createSender } from './send.ts'
import { isFault, type SentRequest, sendNumbered, sendRange } from './send-numbered.ts'
import { type HostProcess, startHostProcess } from './start-host-process.ts'

/** Where the requests go: an API, the kind of database, the framework. */
export interface FuzzedPlace {
  readonly api: FuzzedApiName
  readonly database: string
  readonly framework: string
}

/** A block of the event loop that repeated each of three times that its request was sent alone. */
export interface RepeatedBlock {
  readonly request: SentRequest
  /** The three blocks. */
  readonly alone: readonly LoopBlock[]
}

/** The number of requests to a place, and the seconds that all of it may take, after which fewer are sent. */
export interface PlaceOptions {
  readonly count: number
  readonly seed: number
  readonly maxSeconds: number
}

/** What was measured in one place. */
export interface PlaceReport {
  readonly place: FuzzedPlace
  readonly requests: number
  readonly outcomes: Readonly<Record<string, number>>
  /** Every 5xx, hang, unhandled error, and what the check of the stored rows found. */
  readonly problems: readonly string[]
  readonly check: FuzzedCheck
  /** At the start, after a quarter and at the end. */
  readonly memory: readonly HostMeasurement[]
  /** Of the host, and of an idle process at the same time: the machine's share. */
  readonly delay: LoopDelay
  readonly idleDelay: LoopDelay
  /** Blocks under load; `computed` counts those in which the process itself computed for as long. */
  readonly blocks: { readonly all: number; readonly computed: number; readonly idle: number; readonly resent: number }
  readonly repeated: readonly RepeatedBlock[]
  readonly seconds: number
  /** Of the requests alone, without the start and the repetitions. */
  readonly sendingSeconds: number
}

/** Requests that are sent alone because they were in flight during a block, for each place. */
const maxResent = 60

/** The share of the time for the requests; the rest is for repetitions. */
const sendingShare = 0.75

/** Sends hostile requests to a host in a process of its own and measures it. `idle` is a process that does nothing. */
export async function fuzzProcess(
  place: FuzzedPlace,
  { count, seed, maxSeconds }: PlaceOptions,
  idle: HostProcess,
): Promise<PlaceReport> {
  const startedAt = performance.now()
  const host = await startHostProcess(place.api, place.database, place.framework)
  try {
    const target = await createFuzzTarget(place.api, host, '/id')
    const outcomes: Record<string, number> = {}
    const problems: string[] = []
    const slow: SentRequest[] = []
    const note = (one: SentRequest): void => {
      outcomes[one.outcome] = (outcomes[one.outcome] ?? 0) + 1
      if (isFault(one, target)) problems.push(`${one.outcome}: request ${one.number} of seed ${seed}: ${one.sent}`)
      // Only these can have blocked the loop for so long.
      if (one.endedAt - one.startedAt > maxBlockMs) slow.push(one)
    }
    const quarter = Math.floor(count / 4)
    const end = startedAt + maxSeconds * 1000
    const sendingStartedAt = performance.now()
    const sendingMs = (end - sendingStartedAt) * sendingShare
    await idle.measure()
    const [blocksBefore, idleBefore] = [host.blocks.length, idle.blocks.length]
    const memory = [await host.measure()]
    await sendRange(target, { seed, first: 0, count: quarter, until: sendingStartedAt + sendingMs / 4 }, note)
    memory.push(await host.measure())
    const rest = { seed, first: quarter, count: count - quarter, until: sendingStartedAt + sendingMs }
    await sendRange(target, rest, note)
    const sendingSeconds = (performance.now() - sendingStartedAt) / 1000
    memory.push(await host.measure())
    const idleDelay = (await idle.measure()).delay
    const blocks = host.blocks.slice(blocksBefore)
    const suspects = suspectRequests(blocks, slow)
    const { repeated, resent } = await repeatAlone(host, target, { seed, end }, suspects)
    const check = await host.check()
    problems.push(...host.unhandled.map((error) => `unhandled: ${error}`), ...check.findings)
    return {
      place,
      requests: Object.values(outcomes).reduce((sum, times) => sum + times, 0),
      outcomes,
      problems,
      check,
      memory,
      delay: worst(memory.slice(1).map(({ delay }) => delay)),
      idleDelay,
      blocks: {
        all: blocks.length,
        computed: blocks.filter(isComputed).length,
        idle: idle.blocks.length - idleBefore,
        resent,
      },
      repeated,
      sendingSeconds,
      seconds: (performance.now() - startedAt) / 1000,
    }
  } finally {
    await host.close()
  }
}

/** The requests in flight during the blocks, those of the blocks with most CPU time first. */
function suspectRequests(blocks: readonly LoopBlock[], slow: readonly SentRequest[]): readonly SentRequest[] {
  const suspects = new Set<SentRequest>()
  for (const { from, to } of blocks.toSorted((one, other) => other.cpuMs - one.cpuMs))
    for (const one of slow) if (one.startedAt < to && one.endedAt > from) suspects.add(one)
  return [...suspects].slice(0, maxResent)
}

async function repeatAlone(
  host: HostProcess,
  target: FuzzTarget,
  { seed, end }: { readonly seed: number; readonly end: number },
  suspects: readonly SentRequest[],
): Promise<{ readonly repeated: readonly RepeatedBlock[]; readonly resent: number }> {
  const connection = createSender(target.port)
  const repeated: RepeatedBlock[] = []
  let resent = 0
  for (const request of suspects) {
    if (performance.now() > end) break
    resent++
    const alone: LoopBlock[] = []
    for (let time = 0; time < 3 && alone.length === time; time++) {
      const before = host.blocks.length
      await sendNumbered(target, connection, seed, request.number)
      // The host reports a block with its next timer.
      await sleep(20)
      alone.push(
        ...host.blocks
          .slice(before)
          .toSorted((one, other) => length(other) - length(one))
          .slice(0, 1),
      )
    }
    if (alone.length === 3) repeated.push({ request, alone })
  }
  connection.close()
  return { repeated, resent }
}

function length({ from, to }: LoopBlock): number {
  return to - from
}

function isComputed(block: LoopBlock): boolean {
  return block.cpuMs > maxBlockMs
}

function worst(delays: readonly LoopDelay[]): LoopDelay {
  return {
    maxMs: Math.max(...delays.map(({ maxMs }) => maxMs)),
    p99Ms: Math.max(...delays.map(({ p99Ms }) => p99Ms)),
  }
}

import { malformRequest } from './malformed.ts'
import { randomFrom } from './random.ts'
import { fuzzedRequest, type FuzzTarget } from './requests.ts'
import { createSender, type FuzzOutcome, sendRaw } from './send.ts'

/** A request that was sent. The seed and the number create it again. */
export interface SentRequest {
  readonly number: number
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
  readonly outcome: FuzzOutcome
  /** The request as text, shortened. */
  readonly sent: string
}

/** Sends the request of a seed and a number: more or less invalid, a fifth of them malformed on connections of their own. */
export async function sendNumbered(
  target: FuzzTarget,
  connection: ReturnType<typeof createSender>,
  seed: number,
  number: number,
): Promise<SentRequest> {
  const random = randomFrom(Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b))
  const plain = fuzzedRequest(target, random)
  const request = target.complete === undefined ? plain : await target.complete(plain, random)
  const isMalformed = random.chance(0.2)
  const bytes = isMalformed ? malformRequest(request, random) : ''
  const startedAt = performance.timeOrigin + performance.now()
  const outcome = isMalformed ? await sendRaw(target.port, bytes) : await connection.send(request)
  const endedAt = performance.timeOrigin + performance.now()
  const sent = isMalformed ? JSON.stringify(bytes.slice(0, 1000)) : describe(plain)
  return { number, startedAt, endedAt, outcome, sent }
}

/** Returns true if a reply or its absence is a fault. */
export function isFault({ outcome, sent }: SentRequest, { expected = [] }: FuzzTarget): boolean {
  if (typeof outcome !== 'number') return outcome === 'hang'
  return outcome >= 500 && !expected.some(({ status, path = '' }) => status === outcome && sent.includes(path))
}

/** A range of requests: `until` ends it early, in milliseconds of `performance.now()`. */
export interface RequestRange {
  readonly seed: number
  readonly first: number
  readonly count: number
  readonly until?: number
}

/** Sends the requests of the numbers from `first` on, several at once. */
export async function sendRange(
  target: FuzzTarget,
  { seed, first, count, until = Infinity }: RequestRange,
  note: (sent: SentRequest) => void,
): Promise<void> {
  const connection = createSender(target.port)
  let next = first
  const worker = async (): Promise<void> => {
    while (next < first + count && performance.now() < until) note(await sendNumbered(target, connection, seed, next++))
  }
  try {
    await Promise.all(Array.from({ length: concurrency }, worker))
  } finally {
    connection.close()
  }
}

const concurrency = 16

function describe({ method, path, headers, body }: ReturnType<typeof fuzzedRequest>): string {
  return `${method} ${path} ${JSON.stringify(headers)} ${JSON.stringify(body.toString('latin1').slice(0, 1000))}`
}

import { classifyDriverError } from '../sql/driver-errors.ts'
import type { Statement } from '../sql/statements.ts'
import { type Attempt, UnansweredError } from './attempt.ts'
import { createBatcher, type PendingItem } from './batcher.ts'
import { preparedStatementNames } from './prepared-statement-names.ts'

/** The part of a `pg` client that the storage uses. */
export interface PostgresClient {
  readonly query: (query: { name?: string; text: string; values?: unknown[] }) => Promise<unknown>
  readonly release: (destroy?: boolean) => void
}

/** The part of a `pg.Pool` that the storage uses: the same pool that Kysely has, created with `pipeline: true`. */
export interface PostgresPool {
  readonly connect: () => Promise<PostgresClient>
  /** Half of `max` (default of `pg`: 10), and at most 8, connections carry pipelined commits; the rest is left for reads. */
  readonly options?: { readonly max?: number }
}

/** A statement, and the attempt that waits for it. */
interface PendingStatement {
  readonly statement: Statement
  readonly attempt: Attempt
}

/** The limits of pipelined commits. */
export const pipelineLimits = {
  maxBatchSize: 64,
  maxBatchDelayMs: 100,
  /** Measured with 64 clients on two cores: 8 connections are a sixth faster than 4, and 16 no faster than 8. */
  maxConnections: 8,
  /** A pipelined statement that waits longer than this for a row lock fails, and is retried in a transaction of its own. */
  lockTimeoutMs: 200,
} as const

function countConnections({ options }: PostgresPool): number {
  return Math.min(pipelineLimits.maxConnections, Math.max(1, Math.floor((options?.max ?? 10) / 2)))
}

/**
 * Creates a function that runs statements, each its own transaction. Statements issued at the same time are pipelined on one
 * connection, without waiting for the previous reply. Each fails on its own.
 */
export function createPostgresPipeline(
  pool: PostgresPool,
): (statement: Statement, attempt: Attempt) => Promise<boolean> {
  const toName = preparedStatementNames()
  const maxConcurrentBatches = countConnections(pool)
  const { maxBatchSize, maxBatchDelayMs } = pipelineLimits
  const limits = { maxBatchSize, maxBatchDelayMs, maxConcurrentBatches }
  const send = createBatcher<PendingStatement>(limits, async (items) => {
    try {
      const client = await pool.connect()
      const [awaited, abandoned] = partition(items, ({ item }) => !item.attempt.isAbandoned())
      for (const pending of abandoned) pending.reject(new UnansweredError('abandoned before it was sent'))
      client.release(await sendAll(client, awaited, toName))
    } catch (error) {
      for (const pending of items) pending.reject(error)
    }
  })
  return (statement, attempt) => send({ statement, attempt })
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter((item) => isFirst(item)), items.filter((item) => !isFirst(item))]
}

/** A server that became a standby keeps its connections: a new one leads to the primary server. */
function mustReconnect(error: unknown): boolean {
  const kind = classifyDriverError(error)
  return kind === 'lost' || kind === 'read-only'
}

/** Returns true if the connection was lost and must be destroyed. */
async function sendAll(
  client: PostgresClient,
  items: readonly PendingItem<PendingStatement>[],
  toName: (sql: string) => string | undefined,
): Promise<boolean> {
  const replies: Promise<unknown>[] = []
  const isShared = items.length > 1
  if (isShared) replies.push(client.query({ text: `set lock_timeout = ${pipelineLimits.lockTimeoutMs}` }))
  for (const { item, resolve } of items) {
    const { sql, parameters } = item.statement
    const name = toName(sql)
    const reply = client.query({ ...(name !== undefined && { name }), text: sql, values: [...parameters] })
    resolve(reply.then(() => true))
    replies.push(reply)
  }
  if (isShared) replies.push(client.query({ text: 'reset lock_timeout' }))
  const outcomes = await Promise.allSettled(replies)
  return outcomes.some((outcome) => outcome.status === 'rejected' && mustReconnect(outcome.reason))
}

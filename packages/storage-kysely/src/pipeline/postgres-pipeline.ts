import type { StatementResult } from '../sql/connection.ts'
import { classifyDriverError } from '../sql/driver-errors.ts'
import type { Statement } from '../sql/statements.ts'
import { type Attempt, UnansweredError } from '../commit/attempt.ts'
import { type BatcherLimits, createBatcher, type PendingItem } from './batcher.ts'
import { preparedStatementNames } from './prepared-statement-names.ts'

/** The part of a `pg` client that the storage uses. */
export interface PostgresClient {
  readonly query: (query: { name?: string; text: string; values?: unknown[] }) => Promise<unknown>
  readonly release: (destroy?: boolean) => void
  /** The connection below the client. With its stream, all statements of a pipeline are one write to the socket. */
  readonly connection?: { readonly stream?: { readonly cork?: () => void; readonly uncork?: () => void } }
}

/** The part of a `pg.Pool` that the storage uses: the same pool that Kysely has, created with `pipeline: true`. */
export interface PostgresPool {
  readonly connect: () => Promise<PostgresClient>
  /**
   * Half of `max` (default of `pg`: 10), and at most 8, connections carry pipelined commits, and a quarter, at most 4, carry
   * pipelined reads; the rest is left for long reads and the host.
   */
  readonly options?: { readonly max?: number }
}

/** A statement, and the attempt that waits for it. */
interface PendingStatement {
  readonly statement: Statement
  readonly attempt: Attempt
}

type PendingReply = PendingItem<PendingStatement, StatementResult>

/** Sends a statement, its own transaction, in a pipeline. */
export type SendPipelined = (statement: Statement, attempt: Attempt) => Promise<StatementResult>

/** The pipelines of a pool. */
export interface PostgresPipelines {
  readonly commit: SendPipelined
  readonly find: SendPipelined
}

/** The limits of pipelined statements. */
export const pipelineLimits = {
  maxBatchSize: 64,
  maxBatchDelayMs: 100,
  /** Measured with 64 clients on two cores: 8 connections are a sixth faster than 4, and 16 no faster than 8. */
  maxConnections: 8,
  maxReadConnections: 4,
  /** This many reads of one turn of the event loop share a connection, even if others are free. */
  minReadBatchSize: 16,
  /** A pipelined statement that waits longer than this for a row lock fails, and is retried in a transaction of its own. */
  lockTimeoutMs: 200,
} as const

/**
 * Creates functions that run statements, each its own transaction. Statements issued at the same time are pipelined on one
 * connection, in one write to its socket, without waiting for the previous reply. Each fails on its own. Reads and commits have
 * connections of their own: a read does not wait for the row locks of a commit.
 */
export function createPostgresPipelines(pool: PostgresPool): PostgresPipelines {
  const toName = preparedStatementNames()
  const { maxBatchSize, maxBatchDelayMs, minReadBatchSize, lockTimeoutMs } = pipelineLimits
  const size = pool.options?.max ?? 10
  const limits = { maxBatchSize, maxBatchDelayMs }
  const maxCommits = toConnections(size / 2, pipelineLimits.maxConnections)
  const maxReads = toConnections(size / 4, pipelineLimits.maxReadConnections)
  return {
    commit: createPipeline(pool, { ...limits, maxConcurrentBatches: maxCommits }, toName, lockTimeoutMs),
    find: createPipeline(pool, { ...limits, maxConcurrentBatches: maxReads, minBatchSize: minReadBatchSize }, toName),
  }
}

function toConnections(share: number, max: number): number {
  return Math.min(max, Math.max(1, Math.floor(share)))
}

/** @param lockTimeoutMs how long statements that share a connection wait for a row lock; undefined for reads, which wait for none */
function createPipeline(
  pool: PostgresPool,
  limits: BatcherLimits,
  toName: (sql: string) => string | undefined,
  lockTimeoutMs?: number,
): SendPipelined {
  const send = createBatcher<PendingStatement, StatementResult>(limits, async (items) => {
    try {
      const client = await pool.connect()
      const [awaited, abandoned] = partition(items, ({ item }) => !item.attempt.isAbandoned())
      for (const pending of abandoned) pending.reject(new UnansweredError('abandoned before it was sent'))
      client.release(await sendAll(client, awaited, toName, lockTimeoutMs))
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
  items: readonly PendingReply[],
  toName: (sql: string) => string | undefined,
  lockTimeoutMs: number | undefined,
): Promise<boolean> {
  const replies: Promise<unknown>[] = []
  const limitsLocks = lockTimeoutMs !== undefined && items.length > 1
  const stream = client.connection?.stream
  stream?.cork?.()
  try {
    if (limitsLocks) replies.push(client.query({ text: `set lock_timeout = ${lockTimeoutMs}` }))
    for (const { item, resolve } of items) {
      const { sql, parameters } = item.statement
      const name = toName(sql)
      const reply = client.query({ ...(name !== undefined && { name }), text: sql, values: [...parameters] })
      resolve(reply.then(toResult))
      replies.push(reply)
    }
    if (limitsLocks) replies.push(client.query({ text: 'reset lock_timeout' }))
  } finally {
    stream?.uncork?.()
  }
  const outcomes = await Promise.allSettled(replies)
  return outcomes.some((outcome) => outcome.status === 'rejected' && mustReconnect(outcome.reason))
}

function toResult(reply: unknown): StatementResult {
  const rows: unknown = typeof reply === 'object' && reply !== null && 'rows' in reply ? reply.rows : undefined
  return { rows: isList(rows) ? rows : [], affectedRows: 0 }
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

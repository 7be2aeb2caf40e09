import { classifyDriverError } from '../sql/driver-errors.ts'
import type { Statement } from '../sql/statements.ts'
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
export function createPostgresPipeline(pool: PostgresPool): (statement: Statement) => Promise<boolean> {
  const toName = preparedStatementNames()
  const maxConcurrentBatches = countConnections(pool)
  const { maxBatchSize, maxBatchDelayMs } = pipelineLimits
  return createBatcher<Statement>({ maxBatchSize, maxBatchDelayMs, maxConcurrentBatches }, async (items) => {
    try {
      const client = await pool.connect()
      client.release(await sendAll(client, items, toName))
    } catch (error) {
      for (const pending of items) pending.reject(error)
    }
  })
}

/** A server that became a standby keeps its connections: a new one leads to the primary server. */
function mustReconnect(error: unknown): boolean {
  const kind = classifyDriverError(error)
  return kind === 'lost' || kind === 'read-only'
}

/** Returns true if the connection was lost and must be destroyed. */
async function sendAll(
  client: PostgresClient,
  items: readonly PendingItem<Statement>[],
  toName: (sql: string) => string | undefined,
): Promise<boolean> {
  const replies: Promise<unknown>[] = []
  const isShared = items.length > 1
  if (isShared) replies.push(client.query({ text: `set lock_timeout = ${pipelineLimits.lockTimeoutMs}` }))
  for (const { item, resolve } of items) {
    const name = toName(item.sql)
    const reply = client.query({ ...(name !== undefined && { name }), text: item.sql, values: [...item.parameters] })
    resolve(reply.then(() => true))
    replies.push(reply)
  }
  if (isShared) replies.push(client.query({ text: 'reset lock_timeout' }))
  const outcomes = await Promise.allSettled(replies)
  return outcomes.some((outcome) => outcome.status === 'rejected' && mustReconnect(outcome.reason))
}

import { failureOf } from '../sql/failures.ts'
import { grouped, type Waiting } from './group.ts'
import { prepareNames } from './prepared-names.ts'
import type { Statement } from '../sql/statements.ts'

/** What the storage needs of a connection of `pg`. */
export interface PostgresClient {
  readonly query: (query: { name?: string; text: string; values?: unknown[] }) => Promise<unknown>
  readonly release: (destroy?: boolean) => void
}

/** What the storage needs of a `Pool` of `pg`: the one that Kysely has, made with `pipeline: true`. */
export interface PostgresPool {
  readonly connect: () => Promise<PostgresClient>
  /** Half of `max` (of `pg`: 10) is for groups, so that reads always find a connection. */
  readonly options?: { readonly max?: number }
}

const limits = { most: 64, patienceMs: 100 } as const

/** Measured with 64 clients on two cores: 8 lanes are a sixth quicker than 4, and 16 no quicker than 8. */
const mostLanes = 8

function lanesOf({ options }: PostgresPool): number {
  return Math.min(mostLanes, Math.max(1, Math.floor((options?.max ?? 10) / 2)))
}

/** A statement of a group waits no longer than this for a row that somebody else holds: it is done alone then. */
const longestLockMs = 200

/**
 * Runs statements, each a transaction of its own, those that come together one behind the other on one connection, without
 * waiting for answers in between. What one of them fails with is its own.
 */
export function postgresGroups(pool: PostgresPool): (statement: Statement) => Promise<boolean> {
  const nameOf = prepareNames()
  return grouped<Statement>({ ...limits, lanes: lanesOf(pool) }, async (group) => {
    try {
      const client = await pool.connect()
      client.release(await sendAll(client, group, nameOf))
    } catch (error) {
      for (const waiting of group) waiting.reject(error)
    }
  })
}

async function sendAll(
  client: PostgresClient,
  group: readonly Waiting<Statement>[],
  nameOf: (text: string) => string | undefined,
): Promise<boolean> {
  const answers: Promise<unknown>[] = []
  const isShared = group.length > 1
  if (isShared) answers.push(client.query({ text: `set lock_timeout = ${longestLockMs}` }))
  for (const { item, resolve } of group) {
    const name = nameOf(item.sql)
    const answer = client.query({ ...(name !== undefined && { name }), text: item.sql, values: [...item.parameters] })
    resolve(answer.then(() => true))
    answers.push(answer)
  }
  if (isShared) answers.push(client.query({ text: 'reset lock_timeout' }))
  const outcomes = await Promise.allSettled(answers)
  return outcomes.some((outcome) => outcome.status === 'rejected' && failureOf(outcome.reason) === 'lost')
}

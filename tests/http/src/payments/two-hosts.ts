import { newKey, type PaymentsOptions, type Storage } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import type { TestDatabase } from '@billfold/test-databases'
import { sendRequest } from '../send-request.ts'
import { type Host, startHost } from '../hosts/start-host.ts'
import type { RequestDriver } from '../request-driver.ts'
import { createPaymentsHost, type PaymentsHost, testKeyring } from './payments-client.ts'

/** One of two hosts: its API over HTTP, its instance and its clock. */
export interface ClockedHost extends PaymentsHost, RequestDriver {
  readonly clock: { now: number }
  readonly storage: Storage
}

/**
 * Starts two hosts, Koa and Express, with their own pools on one fresh database, like two processes. The first reads and commits
 * through Kysely, the other with the driver: pipelined, where there is a pipeline.
 */
export async function startTwoPaymentsHosts(
  database: TestDatabase,
  payments: PaymentsOptions = {},
): Promise<{ readonly hosts: readonly [ClockedHost, ClockedHost]; readonly drop: () => Promise<void> }> {
  const { connect, connectWithDriver, drop } = await database.create()
  const { dialect } = database
  const key = newKey()
  const listening: Host[] = []
  const pools = [{ db: connect(), driver: {} }, connectWithDriver()] as const
  // The same start for both, so that deadlines are equal at both hosts.
  const startedAt = Date.now()
  await migrate(pools[0].db, { dialect })
  const start = async (pool: (typeof pools)[number], framework: 'koa' | 'express 5'): Promise<ClockedHost> => {
    const clock = { now: startedAt }
    const storage = kyselyStorage(pool.db, { dialect, ...pool.driver })
    const made = await createPaymentsHost(storage, { keyring: testKeyring(key), now: () => clock.now, payments })
    const host = await startHost({ framework, through: 'app', prefix: '', parser: false }, made.billfold.payments)
    listening.push(host)
    return { ...made, clock, storage, request: (method, path, sent) => sendRequest(host.port, method, path, sent) }
  }
  const hosts = [await start(pools[0], 'koa'), await start(pools[1], 'express 5')] as const
  return {
    hosts,
    drop: async () => {
      await Promise.all(listening.map((host) => host.close()))
      await drop()
    },
  }
}

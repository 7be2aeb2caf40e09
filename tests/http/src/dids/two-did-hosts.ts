import { inMemoryDriver } from '../in-memory-driver.ts'
import type { Billfold } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import type { TestDatabase } from '@billfold/test-databases'
import { createDidClient, type DidClient } from './did-client.ts'
import { createDidHost, createExternalKey, createKeyring, type DidHost, type DidHostOptions } from './did-host.ts'

/** Two instances that share a fresh database, each over its own pool, like two host processes. */
export interface TwoDidHosts {
  readonly hosts: readonly [DidHost, DidHost]
  /** Clients of both instances. */
  readonly clients: readonly [DidClient, DidClient]
  readonly drop: () => Promise<void>
}

/** Creates two instances over a fresh database. */
export async function createTwoDidHosts(database: TestDatabase, options: DidHostOptions = {}): Promise<TwoDidHosts> {
  const { connect, drop } = await database.create()
  const { dialect } = database
  const shared = { keyring: createKeyring(), admin: createExternalKey(), ...options }
  const pools = [connect(), connect()] as const
  await migrate(pools[0], { dialect })
  const first = await createDidHost(kyselyStorage(pools[0], { dialect }), shared)
  const second = await createDidHost(kyselyStorage(pools[1], { dialect }), shared)
  return { hosts: [first, second], clients: [createInMemoryDidClient(first), createInMemoryDidClient(second)], drop }
}

/** Creates a client of an instance's DID API without a server. */
export function createInMemoryDidClient({ billfold, authorization }: DidHost): DidClient {
  return createDidClient(inMemoryDriver(billfold.dids, { retainRawBody: true }), () => authorization)
}

/** Creates a function that calls an instance's custody API without a server. */
export function createInMemoryCustodyCaller(billfold: Billfold, authorization: string): DidClient['call'] {
  return createDidClient(inMemoryDriver(billfold.custody), () => authorization).call
}

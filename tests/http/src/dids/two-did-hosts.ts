import { inMemoryDriver } from '../in-memory-driver.ts'
import type { Billfold } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import type { TestDatabase } from '@billfold/test-databases'
import { createDidClient, type DidClient } from './did-client.ts'
import { createDidHost, createExternalKey, createKeyring, type DidHost, type DidHostOptions } from './did-host.ts'

/** Two instances that share a fresh database, each over a pool of its own, as two host processes would. */
export interface TwoDidHosts {
  readonly hosts: readonly [DidHost, DidHost]
  /** Callers of the one and of the other. */
  readonly clients: readonly [DidClient, DidClient]
  readonly drop: () => Promise<void>
}

/** Opens a database for two instances. */
export async function createTwoDidHosts(database: TestDatabase, options: DidHostOptions = {}): Promise<TwoDidHosts> {
  const { connect, drop } = await database.open()
  const { dialect } = database
  const shared = { keyring: createKeyring(), admin: createExternalKey(), ...options }
  const pools = [connect(), connect()] as const
  await migrate(pools[0], { dialect })
  const first = await createDidHost(kyselyStorage(pools[0], { dialect }), shared)
  const second = await createDidHost(kyselyStorage(pools[1], { dialect }), shared)
  return { hosts: [first, second], clients: [createInMemoryDidClient(first), createInMemoryDidClient(second)], drop }
}

/** Calls the DID API of an instance without a server between. */
export function createInMemoryDidClient({ billfold, authorization }: DidHost): DidClient {
  return createDidClient(inMemoryDriver(billfold.dids, { retainRawBody: true }), () => authorization)
}

/** Calls the custody API of an instance without a server between. */
export function createInMemoryCustodyCaller(billfold: Billfold, authorization: string): DidClient['call'] {
  return createDidClient(inMemoryDriver(billfold.custody), () => authorization).call
}

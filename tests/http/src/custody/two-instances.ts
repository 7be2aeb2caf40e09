import {
  type Billfold,
  createBillfold,
  type CustodyOptions,
  localKeyring,
  newKey,
  createPasswordHasher,
} from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import type { TestDatabase } from '@billfold/test-databases'

/** Creates two instances that share a fresh database and a keyring, each over its own pool, like two host processes. */
export async function createTwoInstances(
  database: TestDatabase,
  custody: CustodyOptions = {},
): Promise<{ readonly instances: readonly [Billfold, Billfold]; readonly drop: () => Promise<void> }> {
  const { connect, drop } = await database.create()
  const { dialect } = database
  const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
  const hash = createPasswordHasher({
    cost: { logN: 4, r: 1, p: 1 },
    queue: 1000,
    perSource: 1000,
    maxWaitSeconds: 600,
  })
  const pools = [connect(), connect()] as const
  await migrate(pools[0], { dialect })
  const instance = (db: (typeof pools)[number]): Billfold =>
    createBillfold({
      storage: kyselyStorage(db, { dialect }),
      keyring,
      custody,
      passwordHasher: hash,
      failedAttemptLimit: { limit: 1_000_000, windowSeconds: 60 },
    })
  return { instances: [instance(pools[0]), instance(pools[1])], drop }
}

import { memoryStorage } from '@billfold/core'
import { embeddedRegistry, createRegistryServices } from '@billfold/core/dids'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { describeDidRegistry } from '@billfold/testing'
import { deployRegistry } from './deployed-registry.ts'

describeDidRegistry('the embedded registry, in memory,', async () => {
  const services = createRegistryServices({ storage: memoryStorage() })
  const process = { registry: embeddedRegistry(), services }
  return { instances: [process, process], close: async () => {} }
})

for (const database of await listTestDatabases()) {
  const { dialect } = database

  describeDidRegistry(`the embedded registry, on ${database.name},`, async () => {
    const { connect, drop } = await database.create()
    const pools = [connect(), connect()] as const
    await migrate(pools[0], { dialect })
    const process = (db: (typeof pools)[number]) => ({
      registry: embeddedRegistry(),
      services: createRegistryServices({ storage: kyselyStorage(db, { dialect }) }),
    })
    return { instances: [process(pools[0]), process(pools[1])], close: drop }
  })
}

describeDidRegistry('the registry on a chain', async () => {
  const deployed = await deployRegistry()
  const storage = memoryStorage()
  const process = () => ({ registry: deployed.connect(), services: createRegistryServices({ storage }) })
  return { instances: [process(), process()], close: deployed.close }
})

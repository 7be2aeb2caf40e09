import { createRegistryServices } from '@billfold/core/dids'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configureWallets } from './configure-wallets.ts'
import { type DeployedRegistry, deployRegistry } from './deployed-registry.ts'
import { assertEachStepOnce, configureInTwoProcesses } from './two-processes-one-payer.ts'

const databases = await listTestDatabases()
const forProcesses = databases.find(({ kind }) => kind === 'postgres') ?? databases[0]

describe('one payer', () => {
  let deployed: DeployedRegistry
  beforeAll(async () => {
    deployed = await deployRegistry()
  }, 300_000)
  afterAll(() => deployed.close())

  it('of two processes makes each operation once without a nonce gap if one is killed', async () => {
    const { steps } = await configureInTwoProcesses(forProcesses ?? expect.fail('no database'), deployed, 4)
    expect(steps).toBe(12)
  }, 300_000)

  for (const { name, dialect, create } of databases) {
    it(`of two instances on one ${name} makes each operation once without a nonce gap`, async () => {
      const before = await deployed.provider.getTransactionCount(deployed.payerAddress)
      const { connect, drop } = await create()
      const pools = [connect(), connect()] as const
      await migrate(pools[0], { dialect })
      const wallets = Array.from({ length: 2 }, (_, index) => index)
      const orders = [wallets, wallets.toReversed()]
      await Promise.all(
        pools.map((db, index) =>
          configureWallets(
            deployed.connect(),
            createRegistryServices({ storage: kyselyStorage(db, { dialect }) }),
            dialect,
            orders[index] ?? [],
          ),
        ),
      )
      expect(await assertEachStepOnce(deployed, dialect, wallets.length, before)).toBe(6)
      await drop()
    }, 300_000)
  }
})

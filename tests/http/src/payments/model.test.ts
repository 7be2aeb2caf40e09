import { listTestDatabases } from '@billfold/test-databases'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkAgainstModel, modelSteps } from './model.ts'
import { startTwoPaymentsHosts } from './two-hosts.ts'

describe.each(await listTestDatabases())(
  'random payments, confirmations, withdrawals and repeats on $name',
  (database) => {
    it('match a model at two hosts, with a consistent ledger', async () => {
      const { hosts, drop } = await startTwoPaymentsHosts(database, { maxPendingTransactions: 1_000_000 })
      try {
        await fc.assert(
          fc.asyncProperty(modelSteps, (list) => checkAgainstModel(hosts, list)),
          { numRuns: 4, endOnFailure: true },
        )
        expect((await hosts[0].billfold.payments.checkConsistency()).findings).toEqual([])
      } finally {
        await drop()
      }
    }, 300_000)
  },
)

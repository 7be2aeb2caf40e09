import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { describe, expect, it } from 'vitest'
import { injectFaults } from './inject-faults.ts'
import type { Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'

const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
const memory = { storage: memoryStorage, keyring }

// Every ninth fault, over the storage in memory: `npm run reliability -- --only faults` injects all of them, on every database.
describe('with a failing storage', () => {
  it.each(scenarios)('$name', { timeout: 300_000 }, async (scenario) => {
    const { problems, runs } = await injectFaults(scenario, memory, { every: 9, storms: 1 })
    expect(problems).toEqual([])
    expect(runs).toBeGreaterThan(4)
  })
})

describe('the fault injection', () => {
  /** A client that creates up to `attempts` service keys by retries. */
  const scenario = (attempts: number, variableTables: Scenario['variableTables'] = {}): Scenario => ({
    name: 'a service key',
    variableTables,
    prepare: async (stage) => {
      const billfold = createBillfold(stage)
      const make = () => billfold.serviceKeys.create({ tag: 'made', scopes: ['custody'] })
      return {
        secrets: [],
        run: async ({ retry }) => {
          let left = attempts
          await retry(async () => ({ status: 200, ...(left-- > 0 ? await make() : {}) }))
        },
      }
    },
  })

  it('finds duplicates after a lost reply', async () => {
    const { problems } = await injectFaults(scenario(9), memory)
    expect(problems).toContain('the answer to call 1 is lost: 2 rows in service_keys, not 1')
    expect(
      (await injectFaults(scenario(9, { service_keys: 'ok', audit_records: 'ok', events: 'ok' }), memory)).problems,
    ).toEqual([])
  })

  it('finds missing rows after a failed call', async () => {
    const { problems } = await injectFaults(scenario(1), memory)
    expect(problems).toContain('call 1, a commit, fails: 0 rows in service_keys, not 1')
  })
})

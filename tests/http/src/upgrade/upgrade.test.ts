import { readdirSync, readFileSync } from 'node:fs'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { verifyMessage } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { callCustody } from '../custody/custody-host.ts'
import { confirmPayment } from '../payments/payments-client.ts'
import { createUpgradeInstance, listBalances, type SampleData } from './sample-data.ts'
import { type DumpedRows, restoreRows } from './dump-rows.ts'

interface Dump {
  readonly migration: string
  readonly life: SampleData
  readonly rows: DumpedRows
}

/** The dumps of all versions, see dump-database.ts. */
const dumps = readdirSync(new URL('.', import.meta.url))
  .filter((name) => /^version-\d+\.json$/.test(name))
  .map((name): Dump => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')))

it('there is a dump of the first version', () => {
  expect(dumps.map(({ migration }) => migration)).toContain('0001-initial-schema')
})

for (const database of await listTestDatabases()) {
  const { dialect } = database
  describe.each(dumps)(`a dump of migration $migration, migrated on ${database.name},`, (old) => {
    const { life } = old
    let billfold: ReturnType<typeof createUpgradeInstance>
    let drop: () => Promise<void> = async () => {}

    beforeAll(async () => {
      const fresh = await database.create()
      ;({ drop } = fresh)
      const db = fresh.connect()
      const storage = kyselyStorage(db, { dialect })
      await migrate(db, { dialect, to: old.migration })
      await restoreRows(storage, old.rows)
      await migrate(db, { dialect })
      await storage.verify()
      billfold = createUpgradeInstance(storage, life.key, () => life.at + 60_000)
    })
    afterAll(() => drop())

    it('signs with a wallet by its PIN', async () => {
      const { walletId, pinId, pin, address } = life.custody
      const input = { signatureRequest: { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data: 'hello' } }
      const sign = (guess: string) =>
        callCustody(inMemoryDriver(billfold.custody), life.service, 'POST', '/api/signatures', input, {
          'signing-method': `${pinId}:${guess}`,
        })
      expect((await sign('000000')).codes).toEqual(['signing-method.invalid'])
      const { status, result } = await sign(pin)
      expect(status).toBe(200)
      expect(verifyMessage('hello', result.signature)).toBe(address)
    })

    it('resolves a DID and signs with its key', async () => {
      const driver = inMemoryDriver(billfold.dids)
      const { json } = await driver.request('GET', `/1.0/identifiers/${life.did}`, {})
      expect(json).toMatchObject({ didDocument: { service: [{ serviceEndpoint: 'https://agent.example' }] } })
      const token = await driver.request('POST', '/wallet/auth', {
        headers: { authorization: life.service },
        json: { did: life.did, act: 'POST /wallet/rename', bod: 'a'.repeat(43) },
      })
      expect(token.status).toBe(200)
    })

    it('has the same balances in a consistent ledger, and completes a pending payment', async () => {
      const driver = inMemoryDriver(billfold.payments)
      const { from, to, pending, balances } = life.payments
      expect(await listBalances(driver, [from, to])).toEqual(balances)
      expect((await billfold.payments.checkConsistency()).findings).toEqual([])
      const payment = { from, to, amount: '20', session: pending }
      expect((await confirmPayment(driver, 'A', payment)).code).toBe('0')
      expect((await confirmPayment(driver, 'B', payment)).code).toBe('0')
      expect(await listBalances(driver, [from, to])).toEqual(['50.25 0.00', '50.25 0.00'])
      expect((await billfold.payments.checkConsistency()).findings).toEqual([])
    })

    it('finds users by blind index and verifies the audit log', async () => {
      const email = life.payments.from.email
      expect(await billfold.users.find({ kind: 'email', value: email })).toMatchObject({ id: expect.any(String) })
      await billfold.maintain()
      expect(await billfold.audit.verify()).toMatchObject({ findings: [], hasUnlinkedRecords: false })
    })
  })
}

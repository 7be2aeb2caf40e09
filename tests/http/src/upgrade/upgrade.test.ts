import { readdirSync, readFileSync } from 'node:fs'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { openTestDatabases } from '@billfold/test-databases'
import { verifyMessage } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askerOf } from '../authentication/asker.ts'
import { call } from '../custody/custodian.ts'
import { confirm } from '../payments/payer.ts'
import { balancesOf, billfoldOver, type KeptLife, paying } from './kept-life.ts'
import { type KeptRows, putBack } from './kept-rows.ts'

interface Kept {
  readonly migration: string
  readonly life: KeptLife
  readonly rows: KeptRows
}

/** Every database that a version of the library has left, see keep-database.ts. */
const kept = readdirSync(new URL('.', import.meta.url))
  .filter((name) => /^version-\d+\.json$/.test(name))
  .map((name): Kept => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')))

it('there is a database of the first version to open', () => {
  expect(kept.map(({ migration }) => migration)).toContain('0001-initial-schema')
})

for (const database of await openTestDatabases()) {
  const { dialect } = database
  describe.each(kept)(
    `a database that the release with $migration has left, on ${database.name}, once it is migrated`,
    (old) => {
      const { life } = old
      let billfold: ReturnType<typeof billfoldOver>
      let drop: () => Promise<void> = async () => {}

      beforeAll(async () => {
        const fresh = await database.open()
        ;({ drop } = fresh)
        const db = fresh.connect()
        const storage = kyselyStorage(db, { dialect })
        await migrate(db, { dialect, to: old.migration })
        await putBack(storage, old.rows)
        await migrate(db, { dialect })
        await storage.verify()
        billfold = billfoldOver(storage, life.key, () => life.at + 60_000)
      })
      afterAll(() => drop())

      it('signs with the wallet, which the PIN opens', async () => {
        const { walletId, pinId, pin, address } = life.custody
        const asked = { signatureRequest: { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data: 'hello' } }
        const sign = (guess: string) =>
          call(askerOf(billfold.custody), life.service, 'POST', '/api/signatures', asked, {
            'signing-method': `${pinId}:${guess}`,
          })
        expect((await sign('000000')).codes).toEqual(['signing-method.invalid'])
        const { status, result } = await sign(pin)
        expect(status).toBe(200)
        expect(verifyMessage('hello', result.signature)).toBe(address)
      })

      it('resolves the DID, and signs with its key', async () => {
        const asker = askerOf(billfold.dids)
        const { json } = await asker.request('GET', `/1.0/identifiers/${life.did}`, {})
        expect(json).toMatchObject({ didDocument: { service: [{ serviceEndpoint: 'https://agent.example' }] } })
        const token = await asker.request('POST', '/wallet/auth', {
          headers: { authorization: life.service },
          json: { did: life.did, act: 'POST /wallet/rename', bod: 'a'.repeat(43) },
        })
        expect(token.status).toBe(200)
      })

      it('has the money that it had, in books that are right, and goes on with the payment that was open', async () => {
        const asker = paying(billfold)
        const { from, to, pending, balances } = life.payments
        expect(await balancesOf(asker, [from, to])).toEqual(balances)
        expect((await billfold.payments.checkConsistency()).findings).toEqual([])
        const payment = { from, to, amount: '20', session: pending }
        expect((await confirm(asker, 'A', payment)).code).toBe('0')
        expect((await confirm(asker, 'B', payment)).code).toBe('0')
        expect(await balancesOf(asker, [from, to])).toEqual(['50.25 0.00', '50.25 0.00'])
        expect((await billfold.payments.checkConsistency()).findings).toEqual([])
      })

      it('finds people by what is sealed of them, and keeps their trail', async () => {
        const email = life.payments.from.email
        expect(await billfold.users.find({ kind: 'email', value: email })).toMatchObject({ id: expect.any(String) })
        await billfold.maintain()
        expect(await billfold.audit.verify()).toMatchObject({ findings: [], hasUnlinkedRecords: false })
      })
    },
  )
}

import assert from 'node:assert/strict'
import { batch, check, insert, update } from '@billfold/core/storage'
import { countApplied } from './assertions.ts'
import type { StorageCase } from './storage-case.ts'
import { createAccountRow, accounts, entries, nonces } from './tables.ts'

const times = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at)

/** Cases for concurrent commits on several connections. */
export const raceCases: readonly StorageCase[] = [
  {
    name: 'one of fifty commits that consume one nonce succeeds',
    run: async ({ storage, instance }) => {
      await storage.commit(batch(insert(nonces, { value: 'n', usedBy: null })))
      const commits = times(50).map((at) =>
        instance(at).commit(
          batch(
            update(nonces, { where: { value: 'n', usedBy: null }, set: { usedBy: String(at) } }),
            insert(entries, { account: 'winner', position: at, amount: 1n, reference: null }),
          ),
        ),
      )
      assert.equal(await countApplied(commits), 1)
      const [winner, ...others] = await storage.find(entries)
      assert.deepEqual(others, [])
      assert.deepEqual(await storage.find(nonces), [{ value: 'n', usedBy: String(winner?.position) }])
    },
  },
  {
    name: 'one of fifty commits that insert one key succeeds',
    run: async ({ storage, instance }) => {
      assert.equal(
        await countApplied(
          times(50).map((at) => instance(at).commit(batch(insert(nonces, { value: 'n', usedBy: String(at) })))),
        ),
        1,
      )
      assert.equal((await storage.find(nonces)).length, 1)
    },
  },
  {
    name: 'a hundred concurrent increments are all applied',
    run: async ({ storage, instance }) => {
      await storage.commit(batch(insert(accounts, createAccountRow({ id: 'a' }))))
      await Promise.all(
        times(100).map((at) =>
          instance(at).commit(batch(update(accounts, { where: { id: 'a' }, add: { visits: 1, balance: BigInt(at) } }))),
        ),
      )
      assert.deepEqual(await storage.find(accounts), [createAccountRow({ id: 'a', visits: 100, balance: 4950n })])
    },
  },
  {
    name: 'concurrent debits never take a balance below its floor, and every accepted debit is applied',
    run: async ({ storage, instance }) => {
      await storage.commit(batch(insert(accounts, createAccountRow({ id: 'a', balance: 100n }))))
      const commits = times(60).map((at) =>
        instance(at).commit(
          batch(
            update(accounts, { where: { id: 'a', balance: { gte: 7n } }, add: { balance: -7n } }),
            insert(entries, { account: 'a', position: at, amount: -7n, reference: null }),
          ),
        ),
      )
      assert.equal(await countApplied(commits), 14)
      assert.equal((await storage.find(accounts))[0]?.balance, 2n)
      assert.equal((await storage.find(entries)).length, 14)
    },
  },
  {
    name: 'one of several commits conditional on the same version succeeds',
    run: async ({ storage, instance }) => {
      await storage.commit(batch(insert(accounts, createAccountRow({ id: 'a' }))))
      for (const version of times(10)) {
        const commits = times(6).map((at) =>
          instance(at).commit(batch(update(accounts, { where: { id: 'a', visits: version }, add: { visits: 1 } }))),
        )
        assert.equal(await countApplied(commits), 1)
      }
    },
  },
  {
    name: 'a checked row cannot change before the commit completes (no write skew)',
    run: async ({ storage, instance }) => {
      // Each of two batches deactivates its row if the other row is active: one must fail.
      for (const round of times(20)) {
        const [left, right] = [`left${round}`, `right${round}`]
        await storage.commit(
          batch(
            insert(accounts, createAccountRow({ id: left, active: true })),
            insert(accounts, createAccountRow({ id: right, active: true })),
          ),
        )
        const deactivate = (self: string, other: string) =>
          batch(
            check(accounts, { where: { id: other, active: true } }),
            update(accounts, { where: { id: self }, set: { active: false } }),
          )
        assert.equal(
          await countApplied([
            instance(0).commit(deactivate(left, right)),
            instance(1).commit(deactivate(right, left)),
          ]),
          1,
        )
      }
    },
  },
  {
    name: 'batches that update the same rows in opposite orders are all applied',
    run: async ({ storage, instance }) => {
      await storage.commit(
        batch(insert(accounts, createAccountRow({ id: 'a' })), insert(accounts, createAccountRow({ id: 'b' }))),
      )
      const add = (id: string) => update(accounts, { where: { id }, add: { visits: 1 } })
      await Promise.all(
        times(40).map((at) =>
          instance(at).commit(at % 2 === 0 ? batch(add('a'), add('b')) : batch(add('b'), add('a'))),
        ),
      )
      assert.deepEqual(
        (await storage.find(accounts)).map((row) => row.visits),
        [40, 40],
      )
    },
  },
  {
    name: 'a reader sees all writes of a batch or none',
    run: async ({ storage, instance }) => {
      const pair = (at: number) =>
        batch(
          insert(entries, { account: 'p', position: 2 * at, amount: 1n, reference: null }),
          insert(entries, { account: 'p', position: 2 * at + 1, amount: -1n, reference: null }),
        )
      const sums = async (at: number) =>
        (await instance(at).find(entries, { where: { account: 'p' } })).reduce((sum, row) => sum + row.amount, 0n)
      const [seen] = await Promise.all([
        Promise.all(times(30).map(sums)),
        Promise.all(times(30).map((at) => instance(at + 1).commit(pair(at)))),
      ])
      assert.deepEqual([...new Set(seen)], [0n])
      assert.equal((await storage.find(entries)).length, 60)
    },
  },
]

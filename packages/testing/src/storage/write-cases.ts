import assert from 'node:assert/strict'
import {
  batch,
  check,
  insert,
  remove,
  update,
  type Batch,
  type ExpectedRows,
  type Storage,
} from '@billfold/core/storage'
import { assertCommitRejected } from './assertions.ts'
import type { StorageCase } from './storage-case.ts'
import { createAccountRow, accounts, entries, nonces } from './tables.ts'

const two = [createAccountRow({ id: 'a', owner: 'x', visits: 1 }), createAccountRow({ id: 'b', owner: 'x', visits: 2 })]

async function insertTwo(storage: Storage): Promise<void> {
  await storage.commit(batch(...two.map((row) => insert(accounts, row))))
}

/** Expected outcome by number of matching rows (1, 2 or 0) and expected row count. */
const outcomes: readonly (readonly [
  owner: string,
  id: string | undefined,
  expectedRows: ExpectedRows,
  succeeds: boolean,
])[] = [
  ['x', 'a', 'one', true],
  ['x', undefined, 'one', false],
  ['y', undefined, 'one', false],
  ['x', 'a', 'any', true],
  ['x', undefined, 'any', true],
  ['y', undefined, 'any', true],
  ['x', 'a', 'none', false],
  ['x', undefined, 'none', false],
  ['y', undefined, 'none', true],
]

/** Creates a case that runs a conditional write against every line of the table above, each time with two fresh rows. */
function conditional(
  name: string,
  write: (where: { owner: string; id?: string }, expectedRows: ExpectedRows) => Batch,
  skip: readonly ExpectedRows[] = [],
): StorageCase {
  return {
    name,
    run: async ({ storage }) => {
      for (const [owner, id, hits, succeeds] of outcomes.filter(([, , wanted]) => !skip.includes(wanted))) {
        await storage.commit(batch(remove(accounts, { where: {}, expectedRows: 'any' })))
        await insertTwo(storage)
        const commit = storage.commit(write({ owner, ...(id !== undefined && { id }) }, hits))
        if (succeeds) {
          await commit
          continue
        }
        await assertCommitRejected(commit, 'condition-failed', 0)
        assert.deepEqual(await storage.find(accounts, { orderBy: [['id', 'asc']] }), two)
      }
    },
  }
}

/** Cases for single writes: conditions, checks, keys, increments. */
export const writeCases: readonly StorageCase[] = [
  conditional(
    'an update fails unless it matches the expected number of rows: one, any or none',
    (where, expectedRows) => batch(update(accounts, { where, set: { score: 5 }, expectedRows })),
  ),
  conditional(
    'a removal fails unless it matches the expected number of rows: one, any or none',
    (where, expectedRows) => batch(remove(accounts, { where, expectedRows })),
  ),
  conditional(
    'a check fails unless it matches the expected number of rows: one or none',
    (where, hits) => batch(check(accounts, { where, expectedRows: hits === 'none' ? 'none' : 'one' })),
    ['any'],
  ),
  {
    name: 'an update changes only the matching rows and the given cells',
    run: async ({ storage }) => {
      await insertTwo(storage)
      await storage.commit(
        batch(update(accounts, { where: { visits: { gt: 1 } }, set: { score: 5, photo: Uint8Array.of(1) } })),
      )
      assert.deepEqual(await storage.find(accounts, { orderBy: [['id', 'asc']] }), [
        two[0],
        { ...two[1], score: 5, photo: Uint8Array.of(1) },
      ])
    },
  },
  {
    name: 'an update that sets the current values matches its row',
    run: async ({ storage }) => {
      await insertTwo(storage)
      await storage.commit(batch(update(accounts, { where: { id: 'a' }, set: { visits: 1, owner: 'x' } })))
      await assertCommitRejected(
        storage.commit(batch(update(accounts, { where: { id: 'a' }, set: { visits: 1 }, expectedRows: 'none' }))),
        'condition-failed',
        0,
      )
    },
  },
  {
    name: 'an update increments and decrements numbers in every matching row',
    run: async ({ storage }) => {
      await insertTwo(storage)
      await storage.commit(
        batch(
          update(accounts, {
            where: { owner: 'x' },
            add: { visits: 10, balance: -(2n ** 60n) },
            set: { active: true },
            expectedRows: 'any',
          }),
        ),
      )
      const found = await storage.find(accounts, { orderBy: [['id', 'asc']] })
      assert.deepEqual(
        found,
        two.map((row) => ({ ...row, visits: row.visits + 10, balance: -(2n ** 60n), active: true })),
      )
    },
  },
  {
    name: 'a condition is evaluated before its write is applied',
    run: async ({ storage }) => {
      await storage.commit(batch(insert(accounts, createAccountRow({ id: 'a', balance: 10n }))))
      const debit = update(accounts, { where: { id: 'a', balance: { gte: 10n } }, add: { balance: -10n } })
      await storage.commit(batch(debit))
      await assertCommitRejected(storage.commit(batch(debit)), 'condition-failed', 0)
      assert.equal((await storage.find(accounts))[0]?.balance, 0n)
    },
  },
  {
    name: 'a removal removes only the matching rows',
    run: async ({ storage }) => {
      await insertTwo(storage)
      await storage.commit(batch(remove(accounts, { where: { visits: 1 } })))
      assert.deepEqual(await storage.find(accounts), two.slice(1))
    },
  },
  {
    name: 'a primary key is unique',
    run: async ({ storage, instance }) => {
      await storage.commit(batch(insert(nonces, { value: 'n', usedBy: null })))
      await assertCommitRejected(
        instance(1).commit(batch(insert(nonces, { value: 'n', usedBy: 'me' }))),
        'duplicate',
        0,
      )
      assert.deepEqual(await storage.find(nonces), [{ value: 'n', usedBy: null }])
    },
  },
  {
    name: 'a composite primary key is unique as a whole',
    run: async ({ storage }) => {
      const row = { account: 'a', position: 1, amount: 1n, reference: null }
      await storage.commit(
        batch(
          insert(entries, row),
          insert(entries, { ...row, position: 2 }),
          insert(entries, { ...row, account: 'b' }),
        ),
      )
      await assertCommitRejected(storage.commit(batch(insert(entries, row))), 'duplicate', 0)
    },
  },
  {
    name: 'a unique key is enforced for inserts and for updates',
    run: async ({ storage }) => {
      const tag = Uint8Array.of(0, 1)
      await storage.commit(
        batch(
          insert(accounts, createAccountRow({ id: 'a', nickname: 'nick', tag })),
          insert(accounts, createAccountRow({ id: 'b' })),
        ),
      )
      await assertCommitRejected(
        storage.commit(batch(insert(accounts, createAccountRow({ id: 'c', nickname: 'nick' })))),
        'duplicate',
        0,
      )
      await assertCommitRejected(
        storage.commit(batch(insert(accounts, createAccountRow({ id: 'c', tag })))),
        'duplicate',
        0,
      )
      await assertCommitRejected(
        storage.commit(batch(update(accounts, { where: { id: 'b' }, set: { nickname: 'nick' } }))),
        'duplicate',
        0,
      )
      await storage.commit(batch(update(accounts, { where: { id: 'a' }, set: { nickname: 'nick', tag } })))
      await storage.commit(
        batch(insert(accounts, createAccountRow({ id: 'c', nickname: 'Nick', tag: Uint8Array.of(0, 1, 0) }))),
      )
      await storage.commit(batch(insert(accounts, createAccountRow({ id: 'd', nickname: 'nick ' }))))
    },
  },
  {
    name: 'a composite unique key is unique as a whole',
    run: async ({ storage }) => {
      const row = { account: 'a', position: 1, amount: 1n, reference: 'r' }
      await storage.commit(
        batch(
          insert(entries, row),
          insert(entries, { ...row, account: 'b' }),
          insert(entries, { ...row, position: 2, reference: 's' }),
        ),
      )
      await assertCommitRejected(storage.commit(batch(insert(entries, { ...row, position: 3 }))), 'duplicate', 0)
    },
  },
  {
    name: 'nulls in a unique key do not conflict',
    run: async ({ storage }) => {
      const row = { account: 'a', amount: 1n, reference: null }
      await storage.commit(
        batch(
          insert(entries, { ...row, position: 1 }),
          insert(entries, { ...row, position: 2 }),
          insert(accounts, createAccountRow({ id: 'a' })),
          insert(accounts, createAccountRow({ id: 'b' })),
        ),
      )
      assert.equal((await storage.find(entries, { where: { reference: null } })).length, 2)
    },
  },
  {
    name: 'a released key can be reused',
    run: async ({ storage }) => {
      await storage.commit(batch(insert(accounts, createAccountRow({ id: 'a', nickname: 'nick' }))))
      await storage.commit(batch(remove(accounts, { where: { id: 'a' } })))
      await storage.commit(batch(insert(accounts, createAccountRow({ id: 'a', nickname: 'nick' }))))
      await storage.commit(
        batch(
          update(accounts, { where: { id: 'a' }, set: { nickname: null } }),
          insert(accounts, createAccountRow({ id: 'b', nickname: 'nick' })),
        ),
      )
      assert.equal((await storage.find(accounts)).length, 2)
    },
  },
]

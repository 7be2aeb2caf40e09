import assert from 'node:assert/strict'
import { batch, check, insert, remove, update, type Batch, type Hits, type Storage } from '@billfold/core/storage'
import { refused } from './refusals.ts'
import type { StorageCase } from './storage-case.ts'
import { account, accounts, entries, nonces } from './tables.ts'

const two = [account({ id: 'a', owner: 'x', visits: 1 }), account({ id: 'b', owner: 'x', visits: 2 })]

async function keepTwo(storage: Storage): Promise<void> {
  await storage.commit(batch(...two.map((row) => insert(accounts, row))))
}

/** How often a write of this kind hits, by how many rows it must: 1, 2 and no rows are there. */
const hitTable: readonly (readonly [owner: string, id: string | undefined, hits: Hits, holds: boolean])[] = [
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

/** A case of a guarded write that goes through the table above, each line with the two rows as they were. */
function guarded(
  name: string,
  write: (where: { owner: string; id?: string }, hits: Hits) => Batch,
  skip: readonly Hits[] = [],
): StorageCase {
  return {
    name,
    run: async ({ storage }) => {
      for (const [owner, id, hits, holds] of hitTable.filter(([, , wanted]) => !skip.includes(wanted))) {
        await storage.commit(batch(remove(accounts, { where: {}, hits: 'any' })))
        await keepTwo(storage)
        const commit = storage.commit(write({ owner, ...(id !== undefined && { id }) }, hits))
        if (holds) {
          await commit
          continue
        }
        await refused(commit, 'guard', 0)
        assert.deepEqual(await storage.find(accounts, { orderBy: [['id', 'asc']] }), two)
      }
    },
  }
}

/** What the contract says of single writes: guards, checks, keys, sums. */
export const writeCases: readonly StorageCase[] = [
  guarded('an update is refused unless it hits one row, any, or none, as it says', (where, hits) =>
    batch(update(accounts, { where, set: { score: 5 }, hits })),
  ),
  guarded('a removal is refused unless it hits one row, any, or none, as it says', (where, hits) =>
    batch(remove(accounts, { where, hits })),
  ),
  guarded(
    'a check is refused unless one row, or none, passes',
    (where, hits) => batch(check(accounts, { where, hits: hits === 'none' ? 'none' : 'one' })),
    ['any'],
  ),
  {
    name: 'an update changes the rows that pass, and those cells alone',
    run: async ({ storage }) => {
      await keepTwo(storage)
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
    name: 'an update that sets what is there already hits its row',
    run: async ({ storage }) => {
      await keepTwo(storage)
      await storage.commit(batch(update(accounts, { where: { id: 'a' }, set: { visits: 1, owner: 'x' } })))
      await refused(
        storage.commit(batch(update(accounts, { where: { id: 'a' }, set: { visits: 1 }, hits: 'none' }))),
        'guard',
        0,
      )
    },
  },
  {
    name: 'an update adds to numbers, in both directions, in every row that passes',
    run: async ({ storage }) => {
      await keepTwo(storage)
      await storage.commit(
        batch(
          update(accounts, {
            where: { owner: 'x' },
            add: { visits: 10, balance: -(2n ** 60n) },
            set: { active: true },
            hits: 'any',
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
    name: 'a guard compares before the write changes anything',
    run: async ({ storage }) => {
      await storage.commit(batch(insert(accounts, account({ id: 'a', balance: 10n }))))
      const debit = update(accounts, { where: { id: 'a', balance: { gte: 10n } }, add: { balance: -10n } })
      await storage.commit(batch(debit))
      await refused(storage.commit(batch(debit)), 'guard', 0)
      assert.equal((await storage.find(accounts))[0]?.balance, 0n)
    },
  },
  {
    name: 'a removal removes the rows that pass, and no others',
    run: async ({ storage }) => {
      await keepTwo(storage)
      await storage.commit(batch(remove(accounts, { where: { visits: 1 } })))
      assert.deepEqual(await storage.find(accounts), two.slice(1))
    },
  },
  {
    name: 'a primary key is taken once',
    run: async ({ storage, nth }) => {
      await storage.commit(batch(insert(nonces, { value: 'n', usedBy: null })))
      await refused(nth(1).commit(batch(insert(nonces, { value: 'n', usedBy: 'me' }))), 'duplicate', 0)
      assert.deepEqual(await storage.find(nonces), [{ value: 'n', usedBy: null }])
    },
  },
  {
    name: 'a primary key of several columns is taken once as a whole',
    run: async ({ storage }) => {
      const row = { account: 'a', position: 1, amount: 1n, reference: null }
      await storage.commit(
        batch(
          insert(entries, row),
          insert(entries, { ...row, position: 2 }),
          insert(entries, { ...row, account: 'b' }),
        ),
      )
      await refused(storage.commit(batch(insert(entries, row))), 'duplicate', 0)
    },
  },
  {
    name: 'a unique key is taken once, by an insert and by an update',
    run: async ({ storage }) => {
      const tag = Uint8Array.of(0, 1)
      await storage.commit(
        batch(insert(accounts, account({ id: 'a', nickname: 'nick', tag })), insert(accounts, account({ id: 'b' }))),
      )
      await refused(storage.commit(batch(insert(accounts, account({ id: 'c', nickname: 'nick' })))), 'duplicate', 0)
      await refused(storage.commit(batch(insert(accounts, account({ id: 'c', tag })))), 'duplicate', 0)
      await refused(
        storage.commit(batch(update(accounts, { where: { id: 'b' }, set: { nickname: 'nick' } }))),
        'duplicate',
        0,
      )
      await storage.commit(batch(update(accounts, { where: { id: 'a' }, set: { nickname: 'nick', tag } })))
      await storage.commit(batch(insert(accounts, account({ id: 'c', nickname: 'Nick', tag: Uint8Array.of(0, 1, 0) }))))
      await storage.commit(batch(insert(accounts, account({ id: 'd', nickname: 'nick ' }))))
    },
  },
  {
    name: 'a unique key of several columns is taken once as a whole',
    run: async ({ storage }) => {
      const row = { account: 'a', position: 1, amount: 1n, reference: 'r' }
      await storage.commit(
        batch(
          insert(entries, row),
          insert(entries, { ...row, account: 'b' }),
          insert(entries, { ...row, position: 2, reference: 's' }),
        ),
      )
      await refused(storage.commit(batch(insert(entries, { ...row, position: 3 }))), 'duplicate', 0)
    },
  },
  {
    name: 'a null in a unique key equals no other null',
    run: async ({ storage }) => {
      const row = { account: 'a', amount: 1n, reference: null }
      await storage.commit(
        batch(
          insert(entries, { ...row, position: 1 }),
          insert(entries, { ...row, position: 2 }),
          insert(accounts, account({ id: 'a' })),
          insert(accounts, account({ id: 'b' })),
        ),
      )
      assert.equal((await storage.find(entries, { where: { reference: null } })).length, 2)
    },
  },
  {
    name: 'a key that was given up may be taken again',
    run: async ({ storage }) => {
      await storage.commit(batch(insert(accounts, account({ id: 'a', nickname: 'nick' }))))
      await storage.commit(batch(remove(accounts, { where: { id: 'a' } })))
      await storage.commit(batch(insert(accounts, account({ id: 'a', nickname: 'nick' }))))
      await storage.commit(
        batch(
          update(accounts, { where: { id: 'a' }, set: { nickname: null } }),
          insert(accounts, account({ id: 'b', nickname: 'nick' })),
        ),
      )
      assert.equal((await storage.find(accounts)).length, 2)
    },
  },
]

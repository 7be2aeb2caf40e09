import assert from 'node:assert/strict'
import { batch, bigintRange, insert, update, type RowOf } from '@billfold/core/storage'
import { assertInvalidInput } from './assertions.ts'
import type { StorageCase } from './storage-case.ts'
import { createAccountRow, accounts } from './tables.ts'

type Account = RowOf<typeof accounts>

/** Creates a case: the cells are read unchanged from another instance, after an insert and after an update. */
function roundTrip(name: string, examples: readonly Partial<Account>[]): StorageCase {
  return {
    name,
    run: async ({ storage, instance }) => {
      for (const [index, cells] of examples.entries()) {
        const inserted = createAccountRow({ id: `i${index}`, ...cells })
        await storage.commit(batch(insert(accounts, inserted)))
        assert.deepEqual(await instance(1).find(accounts, { where: { id: `i${index}` } }), [inserted])
        const free = { nickname: null, tag: null }
        await storage.commit(
          batch(
            update(accounts, { where: { id: `i${index}` }, set: free }),
            insert(accounts, createAccountRow({ id: `u${index}` })),
            update(accounts, { where: { id: `u${index}` }, set: cells }),
          ),
        )
        assert.deepEqual(await instance(1).find(accounts, { where: { id: `u${index}` } }), [
          createAccountRow({ id: `u${index}`, ...cells }),
        ])
        await storage.commit(batch(update(accounts, { where: { id: `u${index}` }, set: free })))
      }
    },
  }
}

/** Creates a case: each of these cells is rejected, in an insert and in an update. */
function rejects(name: string, examples: readonly Partial<Account>[]): StorageCase {
  return {
    name,
    run: async ({ storage }) => {
      await storage.commit(batch(insert(accounts, createAccountRow({ id: 'existing' }))))
      for (const cells of examples) {
        await assertInvalidInput(storage.commit(batch(insert(accounts, createAccountRow({ id: 'new', ...cells })))))
        await assertInvalidInput(storage.commit(batch(update(accounts, { where: { id: 'existing' }, set: cells }))))
      }
      assert.deepEqual(await storage.find(accounts), [createAccountRow({ id: 'existing' })])
    },
  }
}

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte)

/** Cases for cell values of every type. */
export const valueCases: readonly StorageCase[] = [
  roundTrip(
    'safe integers are read back unchanged',
    [0, -1, 2 ** 31, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER].map((visits) => ({
      visits,
      score: visits,
    })),
  ),
  roundTrip(
    '64-bit integers are read back exactly',
    [bigintRange.min, bigintRange.max, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 0n].map((balance) => ({
      balance,
      reserve: balance,
    })),
  ),
  roundTrip('true, false and null are read back unchanged', [
    { active: true, verified: true },
    { active: false, verified: false },
    { active: true, verified: null },
  ]),
  roundTrip('bytes are read back unchanged: empty, zeros, every value', [
    { photo: new Uint8Array(0), tag: new Uint8Array(0) },
    { photo: new Uint8Array(5), tag: new Uint8Array(16) },
    { photo: everyByte, tag: Uint8Array.of(39, 92, 0, 34, 255) },
    { photo: null, tag: null },
  ]),
  roundTrip('text is read back unchanged: empty, trailing spaces, quotes, every Unicode plane', [
    { owner: '', nickname: '', biography: '' },
    { owner: 'trailing  ', nickname: ' leading', biography: '\n\t\r ' },
    { owner: `'"\`\\%_?$1:x--/*`, biography: "'; drop table x; --" },
    { owner: 'å\u030a\u{fffd}😀\u{10ffff}', nickname: '\u0001\u007f\u0080\u2028' },
  ]),
  roundTrip('the length of a text column is counted in code points', [
    { owner: 'x'.repeat(80) },
    { owner: '😀'.repeat(80), nickname: '€'.repeat(80) },
  ]),
  roundTrip('long text and long bytes are read back unchanged', [
    { biography: 'long 😀 text '.repeat(90_000), photo: new Uint8Array(1_500_000).fill(7) },
  ]),
  {
    name: '64-bit integers are compared exactly',
    run: async ({ storage }) => {
      const least = 2n ** 62n
      const rows = [0n, 1n, 2n].map((more) => createAccountRow({ id: String(more), balance: least + more }))
      await storage.commit(batch(...rows.map((row) => insert(accounts, row))))
      assert.deepEqual(await storage.find(accounts, { where: { balance: least + 1n } }), rows.slice(1, 2))
      assert.deepEqual(await storage.find(accounts, { where: { balance: { gt: least + 1n } } }), rows.slice(2))
      assert.deepEqual(await storage.find(accounts, { where: { balance: { in: [least] } } }), rows.slice(0, 1))
    },
  },
  {
    name: 'rows are isolated: mutating a written or a read value does not change stored data',
    run: async ({ storage }) => {
      const photo = Uint8Array.of(1, 2, 3)
      await storage.commit(batch(insert(accounts, createAccountRow({ id: 'a', photo }))))
      photo[0] = 9
      const [read] = await storage.find(accounts)
      if (read?.photo) read.photo[1] = 9
      assert.deepEqual((await storage.find(accounts))[0]?.photo, Uint8Array.of(1, 2, 3))
    },
  },
  rejects('text longer than its column is rejected', [{ owner: 'x'.repeat(81) }, { nickname: '😀'.repeat(81) }]),
  rejects('bytes longer than their column are rejected', [{ tag: new Uint8Array(17) }]),
  rejects('text with U+0000 or a lone surrogate is rejected', [
    { owner: 'a\0' },
    { biography: '\0' },
    { owner: '\ud83d' },
    { nickname: '\ude00x' },
  ]),
  rejects('numbers out of range are rejected', [
    { visits: 2 ** 53 },
    { visits: 0.5 },
    { visits: Number.NaN },
    { score: Number.POSITIVE_INFINITY },
    { balance: 2n ** 63n },
    { balance: -(2n ** 63n) - 1n },
  ]),
  {
    name: 'a sum out of range is rejected, and its batch has no effect',
    run: async ({ storage }) => {
      const before = createAccountRow({ id: 'a', visits: Number.MAX_SAFE_INTEGER, balance: bigintRange.max })
      await storage.commit(batch(insert(accounts, before)))
      const first = update(accounts, { where: { id: 'a' }, set: { owner: 'changed' } })
      await assertInvalidInput(
        storage.commit(batch(first, update(accounts, { where: { id: 'a' }, add: { visits: 1 } }))),
      )
      await assertInvalidInput(
        storage.commit(batch(first, update(accounts, { where: { id: 'a' }, add: { balance: 1n } }))),
      )
      assert.deepEqual(await storage.find(accounts), [before])
    },
  },
]

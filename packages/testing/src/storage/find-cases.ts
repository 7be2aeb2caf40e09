import assert from 'node:assert/strict'
import { batch, insert, type Query, type RowOf, selectColumns, type Storage, type Where } from '@billfold/core/storage'
import { assertInvalidInput } from './assertions.ts'
import type { StorageCase } from './storage-case.ts'
import { createAccountRow, accounts, entries } from './tables.ts'

type Account = RowOf<typeof accounts>

const three = [
  createAccountRow({
    id: 'a',
    owner: 'ann',
    visits: 1,
    score: null,
    balance: -5n,
    active: true,
    tag: Uint8Array.of(0),
  }),
  createAccountRow({ id: 'b', owner: 'bob', visits: 2, score: 7, balance: 0n, tag: Uint8Array.of(0, 0) }),
  createAccountRow({ id: 'c', owner: 'cyd', visits: 3, score: 9, balance: 5n, active: true, verified: false }),
]

async function insertAccounts(storage: Storage, rows: readonly Account[]): Promise<void> {
  await storage.commit(batch(...rows.map((row) => insert(accounts, row))))
}

async function ids(storage: Storage, query: Query<Account>): Promise<string> {
  return (await storage.find(accounts, query)).map((row) => row.id).join('')
}

/** A condition on a column that the types do not know. */
function withColumn(name: string, value: number): Where {
  return { [name]: value }
}

/** Creates a case: each query finds the accounts with these ids, in any order. */
function finds(name: string, expected: readonly (readonly [query: Query<Account>, ids: string])[]): StorageCase {
  return {
    name,
    run: async ({ storage }) => {
      await insertAccounts(storage, three)
      for (const [query, found] of expected) {
        assert.equal(
          [...(await ids(storage, query))].sort().join(''),
          found,
          JSON.stringify(
            Object.entries(query.where ?? {})
              .flat()
              .map(String),
          ),
        )
      }
    },
  }
}

/** Creates a case: texts are ordered by code point. */
function orders(name: string, owners: readonly string[]): StorageCase {
  return {
    name,
    run: async ({ storage }) => {
      await insertAccounts(
        storage,
        owners.map((owner, index) => createAccountRow({ id: String(index), owner })).reverse(),
      )
      const ascending = await storage.find(accounts, { orderBy: [['owner', 'asc']] })
      const descending = await storage.find(accounts, { orderBy: [['owner', 'desc']] })
      assert.deepEqual(
        ascending.map((row) => row.owner),
        owners,
      )
      assert.deepEqual(
        descending.map((row) => row.owner),
        owners.toReversed(),
      )
    },
  }
}

/** Texts that must not match each other. */
const distinct = [
  'a',
  'A',
  'a ',
  ' a',
  'á',
  'a\u0301',
  '',
  ' ',
  '😀',
  '😁',
  '\u{ffff}',
  "a'b",
  'a\\b',
  'a"b',
  'a%',
  'a_',
  'ß',
  'ss',
]

/** Cases for `find`. */
export const findCases: readonly StorageCase[] = [
  finds('find without conditions returns every row', [
    [{}, 'abc'],
    [{ where: {} }, 'abc'],
  ]),
  finds('find matches a cell against a value', [
    [{ where: { owner: 'bob' } }, 'b'],
    [{ where: { visits: 3 } }, 'c'],
    [{ where: { balance: -5n } }, 'a'],
    [{ where: { active: true } }, 'ac'],
    [{ where: { active: false } }, 'b'],
    [{ where: { tag: Uint8Array.of(0) } }, 'a'],
    [{ where: { owner: 'zoe' } }, ''],
  ]),
  finds('find applies all conditions of all columns', [
    [{ where: { active: true, visits: 3 } }, 'c'],
    [{ where: { visits: { gt: 1, lt: 3 } } }, 'b'],
    [{ where: { visits: { gte: 2, ne: 2 }, active: true } }, 'c'],
  ]),
  finds('find supports lt, lte, gt, gte and ne', [
    [{ where: { visits: { lt: 2 } } }, 'a'],
    [{ where: { visits: { lte: 2 } } }, 'ab'],
    [{ where: { balance: { gt: 0n } } }, 'c'],
    [{ where: { balance: { gte: 0n } } }, 'bc'],
    [{ where: { owner: { ne: 'bob' } } }, 'ac'],
    [{ where: { owner: { gt: 'ann', lte: 'cyd' } } }, 'bc'],
    [{ where: { tag: { gt: Uint8Array.of(0) } } }, 'b'],
  ]),
  finds('find supports in, and an empty list matches nothing', [
    [{ where: { id: { in: ['a', 'c', 'x'] } } }, 'ac'],
    [{ where: { visits: { in: [2] } } }, 'b'],
    [{ where: { balance: { in: [5n, -5n] } } }, 'ac'],
    [{ where: { id: { in: [] } } }, ''],
  ]),
  finds('find supports in with 1,000 values', [
    [{ where: { visits: { in: Array.from({ length: 1_000 }, (_, at) => at + 2) } } }, 'bc'],
  ]),
  finds('find matches null cells by null only, and no comparison matches them', [
    [{ where: { score: null } }, 'a'],
    [{ where: { score: { ne: null } } }, 'bc'],
    [{ where: { score: { ne: 7 } } }, 'c'],
    [{ where: { score: { lt: 100 } } }, 'bc'],
    [{ where: { verified: null } }, 'ab'],
    [{ where: { verified: false } }, 'c'],
    [{ where: { tag: null } }, 'c'],
  ]),
  {
    name: 'find distinguishes text by case, accent, trailing space and every code point',
    run: async ({ storage }) => {
      await insertAccounts(
        storage,
        distinct.map((owner, index) => createAccountRow({ id: String(index), owner, nickname: owner })),
      )
      for (const [index, owner] of distinct.entries()) {
        assert.equal(await ids(storage, { where: { owner } }), String(index), JSON.stringify(owner))
        assert.equal(await ids(storage, { where: { nickname: { in: [owner] } } }), String(index), JSON.stringify(owner))
      }
    },
  },
  orders('find orders text by code point, upper case before lower case', [
    '',
    ' ',
    'B',
    'Ba',
    'a',
    'a ',
    'aa',
    'b',
    'Ä',
    'ä',
  ]),
  orders('find orders emoji after the basic multilingual plane', ['z', '\u{e000}', '\u{ff5e}', '😀', '😀a', '😁']),
  {
    name: 'find orders by several columns, each with its own direction',
    run: async ({ storage }) => {
      const rows = [
        ['a', 'x', 1],
        ['b', 'x', 2],
        ['c', 'y', 1],
        ['d', 'y', 2],
      ] as const
      await insertAccounts(
        storage,
        rows.map(([id, owner, visits]) => createAccountRow({ id, owner, visits })),
      )
      assert.equal(
        await ids(storage, {
          orderBy: [
            ['owner', 'asc'],
            ['visits', 'desc'],
          ],
        }),
        'badc',
      )
      assert.equal(
        await ids(storage, {
          orderBy: [
            ['visits', 'asc'],
            ['owner', 'desc'],
          ],
        }),
        'cadb',
      )
    },
  },
  {
    name: 'find orders numbers numerically, null first, false before true, bytes lexicographically',
    run: async ({ storage }) => {
      await insertAccounts(storage, [
        createAccountRow({ id: 'a', score: 9, balance: -10n, active: true, tag: Uint8Array.of(1) }),
        createAccountRow({ id: 'b', score: null, balance: 9n, active: false, tag: Uint8Array.of(0, 255) }),
        createAccountRow({ id: 'c', score: 10, balance: -9n, active: true, tag: Uint8Array.of(128) }),
      ])
      assert.equal(await ids(storage, { orderBy: [['score', 'asc']] }), 'bac')
      assert.equal(await ids(storage, { orderBy: [['score', 'desc']] }), 'cab')
      assert.equal(await ids(storage, { orderBy: [['balance', 'asc']] }), 'acb')
      assert.equal(
        await ids(storage, {
          orderBy: [
            ['active', 'asc'],
            ['id', 'asc'],
          ],
        }),
        'bac',
      )
      assert.equal(await ids(storage, { orderBy: [['tag', 'asc']] }), 'bac')
    },
  },
  {
    name: 'find applies limit and offset',
    run: async ({ storage }) => {
      await insertAccounts(
        storage,
        ['a', 'b', 'c', 'd', 'e'].map((id) => createAccountRow({ id })),
      )
      const page = (limit: number, offset?: number) =>
        ids(storage, { orderBy: [['id', 'asc']], limit, ...(offset !== undefined && { offset }) })
      assert.deepEqual(
        [await page(2), await page(2, 2), await page(2, 4), await page(2, 5), await page(0), await page(99, 0)],
        ['ab', 'cd', 'e', '', '', 'abcde'],
      )
    },
  },
  {
    name: 'find returns the selected columns of a table',
    run: async ({ storage }) => {
      const selected = selectColumns(accounts, ({ owner, balance, tag }) => ({ owner, balance, tag }))
      const read = (query?: Query<RowOf<typeof selected>>) => storage.find(selected, query)
      assert.deepEqual(await read(), [])
      await insertAccounts(storage, three)
      const rows = await read({ where: { balance: { gte: 0n } }, orderBy: [['owner', 'desc']], limit: 1 })
      assert.deepEqual(
        rows.map(({ owner, balance, tag }) => ({ owner, balance, tag })),
        [{ owner: 'cyd', balance: 5n, tag: null }],
      )
      await assertInvalidInput(storage.find(selected, { where: withColumn('visits', 1) }))
      assert.deepEqual(await storage.find(accounts, { where: { id: 'c' } }), three.slice(2))
    },
  },
  {
    name: 'find rejects invalid queries',
    run: async ({ storage }) => {
      await assertInvalidInput(storage.find(accounts, { limit: -1 }))
      await assertInvalidInput(storage.find(accounts, { limit: 1.5 }))
      await assertInvalidInput(storage.find(accounts, { offset: 1 }))
      await assertInvalidInput(storage.find(accounts, { where: { owner: 'a\0b' } }))
      await assertInvalidInput(storage.find(accounts, { where: { owner: { in: ['\ud800'] } } }))
      await assertInvalidInput(storage.find(accounts, { where: { visits: Number.NaN } }))
      await assertInvalidInput(storage.find(accounts, { where: { balance: 2n ** 63n } }))
      await assertInvalidInput(storage.find(accounts, { orderBy: [['biography', 'asc']] }))
    },
  },
  {
    name: 'find matches the columns of a composite key',
    run: async ({ storage }) => {
      const rows = [1, 2, 3].map((position) => ({ account: 'a', position, amount: BigInt(position), reference: null }))
      await storage.commit(batch(...rows.map((row) => insert(entries, row))))
      assert.deepEqual(await storage.find(entries, { where: { account: 'a', position: 2 } }), rows.slice(1, 2))
    },
  },
]

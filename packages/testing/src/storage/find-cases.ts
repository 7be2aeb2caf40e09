import assert from 'node:assert/strict'
import { batch, insert, type Query, type RowOf, type Storage } from '@billfold/core/storage'
import { invalid } from './refusals.ts'
import type { StorageCase } from './storage-case.ts'
import { account, accounts, entries } from './tables.ts'

type Account = RowOf<typeof accounts>

const three = [
  account({ id: 'a', owner: 'ann', visits: 1, score: null, balance: -5n, active: true, tag: Uint8Array.of(0) }),
  account({ id: 'b', owner: 'bob', visits: 2, score: 7, balance: 0n, tag: Uint8Array.of(0, 0) }),
  account({ id: 'c', owner: 'cyd', visits: 3, score: 9, balance: 5n, active: true, verified: false }),
]

async function keep(storage: Storage, rows: readonly Account[]): Promise<void> {
  await storage.commit(batch(...rows.map((row) => insert(accounts, row))))
}

async function ids(storage: Storage, query: Query<Account>): Promise<string> {
  return (await storage.find(accounts, query)).map((row) => row.id).join('')
}

/** A case about which rows a query finds among the three accounts, in any order. */
function finds(name: string, expected: readonly (readonly [query: Query<Account>, ids: string])[]): StorageCase {
  return {
    name,
    run: async ({ storage }) => {
      await keep(storage, three)
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

/** A case about the order of texts by code point. */
function orders(name: string, owners: readonly string[]): StorageCase {
  return {
    name,
    run: async ({ storage }) => {
      await keep(storage, owners.map((owner, index) => account({ id: String(index), owner })).reverse())
      const up = await storage.find(accounts, { orderBy: [['owner', 'asc']] })
      const down = await storage.find(accounts, { orderBy: [['owner', 'desc']] })
      assert.deepEqual(
        up.map((row) => row.owner),
        owners,
      )
      assert.deepEqual(
        down.map((row) => row.owner),
        owners.toReversed(),
      )
    },
  }
}

/** Texts that must be found by themselves alone. */
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

/** What `find` says of the contract. */
export const findCases: readonly StorageCase[] = [
  finds('find without a test finds every row', [
    [{}, 'abc'],
    [{ where: {} }, 'abc'],
  ]),
  finds('find compares a cell with a value', [
    [{ where: { owner: 'bob' } }, 'b'],
    [{ where: { visits: 3 } }, 'c'],
    [{ where: { balance: -5n } }, 'a'],
    [{ where: { active: true } }, 'ac'],
    [{ where: { active: false } }, 'b'],
    [{ where: { tag: Uint8Array.of(0) } }, 'a'],
    [{ where: { owner: 'zoe' } }, ''],
  ]),
  finds('find passes rows through all tests of all columns', [
    [{ where: { active: true, visits: 3 } }, 'c'],
    [{ where: { visits: { gt: 1, lt: 3 } } }, 'b'],
    [{ where: { visits: { gte: 2, ne: 2 }, active: true } }, 'c'],
  ]),
  finds('find compares by less, more, equal and not equal', [
    [{ where: { visits: { lt: 2 } } }, 'a'],
    [{ where: { visits: { lte: 2 } } }, 'ab'],
    [{ where: { balance: { gt: 0n } } }, 'c'],
    [{ where: { balance: { gte: 0n } } }, 'bc'],
    [{ where: { owner: { ne: 'bob' } } }, 'ac'],
    [{ where: { owner: { gt: 'ann', lte: 'cyd' } } }, 'bc'],
    [{ where: { tag: { gt: Uint8Array.of(0) } } }, 'b'],
  ]),
  finds('find takes a list of values, and finds nothing in an empty one', [
    [{ where: { id: { in: ['a', 'c', 'x'] } } }, 'ac'],
    [{ where: { visits: { in: [2] } } }, 'b'],
    [{ where: { balance: { in: [5n, -5n] } } }, 'ac'],
    [{ where: { id: { in: [] } } }, ''],
  ]),
  finds('find takes a list of 1,000 values', [
    [{ where: { visits: { in: Array.from({ length: 1_000 }, (_, at) => at + 2) } } }, 'bc'],
  ]),
  finds('find finds null cells by null alone, and no comparison holds for them', [
    [{ where: { score: null } }, 'a'],
    [{ where: { score: { ne: null } } }, 'bc'],
    [{ where: { score: { ne: 7 } } }, 'c'],
    [{ where: { score: { lt: 100 } } }, 'bc'],
    [{ where: { verified: null } }, 'ab'],
    [{ where: { verified: false } }, 'c'],
    [{ where: { tag: null } }, 'c'],
  ]),
  {
    name: 'find tells texts apart by case, accent, trailing space and every code point',
    run: async ({ storage }) => {
      await keep(
        storage,
        distinct.map((owner, index) => account({ id: String(index), owner, nickname: owner })),
      )
      for (const [index, owner] of distinct.entries()) {
        assert.equal(await ids(storage, { where: { owner } }), String(index), JSON.stringify(owner))
        assert.equal(await ids(storage, { where: { nickname: { in: [owner] } } }), String(index), JSON.stringify(owner))
      }
    },
  },
  orders('find orders text by code point, capitals before small letters', [
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
  orders('find orders emoji after all of the basic plane', ['z', '\u{e000}', '\u{ff5e}', '😀', '😀a', '😁']),
  {
    name: 'find orders by several columns, each in its direction',
    run: async ({ storage }) => {
      const rows = [
        ['a', 'x', 1],
        ['b', 'x', 2],
        ['c', 'y', 1],
        ['d', 'y', 2],
      ] as const
      await keep(
        storage,
        rows.map(([id, owner, visits]) => account({ id, owner, visits })),
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
    name: 'find orders numbers as numbers, null first, false before true, bytes by byte',
    run: async ({ storage }) => {
      await keep(storage, [
        account({ id: 'a', score: 9, balance: -10n, active: true, tag: Uint8Array.of(1) }),
        account({ id: 'b', score: null, balance: 9n, active: false, tag: Uint8Array.of(0, 255) }),
        account({ id: 'c', score: 10, balance: -9n, active: true, tag: Uint8Array.of(128) }),
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
    name: 'find gives as many rows as the limit says, after those of the offset',
    run: async ({ storage }) => {
      await keep(
        storage,
        ['a', 'b', 'c', 'd', 'e'].map((id) => account({ id })),
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
    name: 'find refuses what no storage can answer',
    run: async ({ storage }) => {
      await invalid(storage.find(accounts, { limit: -1 }))
      await invalid(storage.find(accounts, { limit: 1.5 }))
      await invalid(storage.find(accounts, { offset: 1 }))
      await invalid(storage.find(accounts, { where: { owner: 'a\0b' } }))
      await invalid(storage.find(accounts, { where: { owner: { in: ['\ud800'] } } }))
      await invalid(storage.find(accounts, { where: { visits: Number.NaN } }))
      await invalid(storage.find(accounts, { where: { balance: 2n ** 63n } }))
      await invalid(storage.find(accounts, { orderBy: [['biography', 'asc']] }))
    },
  },
  {
    name: 'find sees columns of a key of several columns',
    run: async ({ storage }) => {
      const rows = [1, 2, 3].map((position) => ({ account: 'a', position, amount: BigInt(position), reference: null }))
      await storage.commit(batch(...rows.map((row) => insert(entries, row))))
      assert.deepEqual(await storage.find(entries, { where: { account: 'a', position: 2 } }), rows.slice(1, 2))
    },
  },
]

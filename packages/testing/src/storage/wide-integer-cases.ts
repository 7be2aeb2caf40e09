import assert from 'node:assert/strict'
import {
  batch,
  check,
  insert,
  remove,
  update,
  wideIntegerRange,
  type Query,
  type RowOf,
  type Storage,
} from '@billfold/core/storage'
import { invalid, refused, winners } from './refusals.ts'
import type { StorageCase } from './storage-case.ts'
import { token, tokens } from './tables.ts'

type Token = RowOf<typeof tokens>

const { least, most } = wideIntegerRange

/** Boundary values in ascending order: both limits, the limits of 64 bits and of safe integers, and changes in the number of digits. */
const inOrder: readonly bigint[] = [
  least,
  least + 1n,
  -(10n ** 37n) - 1n,
  -(10n ** 36n),
  1n - 10n ** 36n,
  -(2n ** 64n),
  -(2n ** 63n) - 1n,
  -(10n ** 18n),
  1n - 10n ** 18n,
  -(2n ** 53n) - 1n,
  -10n,
  -9n,
  -1n,
  0n,
  1n,
  9n,
  10n,
  99n,
  2n ** 53n + 1n,
  10n ** 18n - 1n,
  10n ** 18n,
  2n ** 63n,
  2n ** 64n,
  10n ** 36n - 1n,
  10n ** 36n,
  10n ** 37n + 1n,
  most - 1n,
  most,
]

async function insertAll(storage: Storage): Promise<void> {
  const rows = inOrder.map((number, at) => token({ number, supply: number, ceiling: at % 2 === 0 ? number : null }))
  await storage.commit(batch(...rows.map((row) => insert(tokens, row))))
}

async function numbers(storage: Storage, query: Query<Token>): Promise<readonly bigint[]> {
  return (await storage.find(tokens, { orderBy: [['number', 'asc']], ...query })).map((row) => row.number)
}

async function readSupply(storage: Storage, number: bigint): Promise<bigint | undefined> {
  return (await storage.find(tokens, { where: { number } }))[0]?.supply
}

/** Sums that carry or borrow through every part of a number. */
const sums: readonly (readonly [from: bigint, by: bigint])[] = [
  [0n, 1n],
  [0n, -1n],
  [-1n, 1n],
  [1n, -2n],
  [10n ** 18n - 1n, 1n],
  [10n ** 18n, -1n],
  [10n ** 36n - 1n, 1n],
  [10n ** 36n, -1n],
  [-(10n ** 36n), 1n],
  [1n - 10n ** 18n, -1n],
  [2n ** 63n - 1n, 1n],
  [-(2n ** 63n), -1n],
  [least, most],
  [most, least],
  [most - 1n, 1n],
  [least + 1n, -1n],
  [least, most - least - most],
  [123_456_789_012_345_678_901_234_567_890n, -987_654_321_098_765_432_109_876_543_210n],
]

/** Cases for 38-digit integers. */
export const wideIntegerCases: readonly StorageCase[] = [
  {
    name: '38-digit integers are read back exactly, after an insert and after an update',
    run: async ({ storage, nth }) => {
      await insertAll(storage)
      for (const [at, number] of inOrder.entries()) {
        const [row] = await nth(1).find(tokens, { where: { number } })
        assert.deepEqual(row, token({ number, supply: number, ceiling: at % 2 === 0 ? number : null }))
        const next = inOrder[(at + 1) % inOrder.length] ?? 0n
        await storage.commit(batch(update(tokens, { where: { number }, set: { supply: next } })))
        assert.equal(await readSupply(nth(1), number), next)
      }
    },
  },
  {
    name: '38-digit integers are ordered numerically, null first',
    run: async ({ storage }) => {
      await insertAll(storage)
      assert.deepEqual(await numbers(storage, { orderBy: [['supply', 'asc']] }), inOrder)
      assert.deepEqual(await numbers(storage, { orderBy: [['supply', 'desc']] }), inOrder.toReversed())
      const ceilings = (await storage.find(tokens, { orderBy: [['ceiling', 'asc']] })).map((row) => row.ceiling)
      const nonNull = inOrder.filter((_, at) => at % 2 === 0)
      assert.deepEqual(ceilings, [...inOrder.filter((_, at) => at % 2 === 1).map(() => null), ...nonNull])
      const page = await numbers(storage, { where: { number: { gt: -1n } }, limit: 3 })
      assert.deepEqual(page, [0n, 1n, 9n])
    },
  },
  {
    name: '38-digit integers are compared exactly',
    run: async ({ storage }) => {
      await insertAll(storage)
      for (const [at, supply] of inOrder.entries()) {
        assert.deepEqual(await numbers(storage, { where: { supply } }), [supply])
        assert.deepEqual(await numbers(storage, { where: { supply: { lt: supply } } }), inOrder.slice(0, at))
        assert.deepEqual(await numbers(storage, { where: { supply: { lte: supply } } }), inOrder.slice(0, at + 1))
        assert.deepEqual(await numbers(storage, { where: { supply: { gt: supply } } }), inOrder.slice(at + 1))
        assert.deepEqual(await numbers(storage, { where: { supply: { gte: supply } } }), inOrder.slice(at))
      }
      assert.deepEqual(await numbers(storage, { where: { number: { in: [most, -1n, least, 7n] } } }), [
        least,
        -1n,
        most,
      ])
      assert.equal((await numbers(storage, { where: { supply: { ne: 0n } } })).length, inOrder.length - 1)
      assert.deepEqual(await numbers(storage, { where: { ceiling: { lte: least } } }), [least])
    },
  },
  {
    name: '38-digit integers are distinguished by keys and conditions',
    run: async ({ storage }) => {
      await storage.commit(batch(insert(tokens, token({ number: most, ceiling: most, supply: most }))))
      await refused(storage.commit(batch(insert(tokens, token({ number: most })))), 'duplicate', 0)
      await refused(storage.commit(batch(insert(tokens, token({ number: 1n, ceiling: most })))), 'duplicate', 0)
      await refused(storage.commit(batch(check(tokens, { where: { number: most, supply: { lt: most } } }))), 'guard', 0)
      await storage.commit(
        batch(
          check(tokens, { where: { number: most, supply: { gt: most - 1n } } }),
          insert(tokens, token({ number: most - 1n, ceiling: most - 1n })),
          insert(tokens, token({ number: -most, ceiling: -most })),
        ),
      )
      assert.deepEqual(await numbers(storage, {}), [-most, most - 1n, most])
    },
  },
  {
    name: '38-digit integers are incremented exactly, through every carry, in every matching row',
    run: async ({ storage }) => {
      for (const [from, by] of sums) {
        const rows = [token({ number: 1n, supply: from }), token({ number: 2n, supply: -from })]
        await storage.commit(batch(...rows.map((row) => insert(tokens, row))))
        const add = { supply: by }
        await storage.commit(batch(update(tokens, { where: { number: 1n }, add, set: { label: 'added' } })))
        await storage.commit(batch(update(tokens, { where: { number: 2n }, add: { supply: -by } })))
        assert.deepEqual([await readSupply(storage, 1n), await readSupply(storage, 2n)], [from + by, -from - by])
        await storage.commit(batch(update(tokens, { where: {}, set: { supply: 5n }, hits: 'any' })))
        await storage.commit(batch(update(tokens, { where: {}, add: { supply: -12n }, hits: 'any' })))
        assert.deepEqual([await readSupply(storage, 1n), await readSupply(storage, 2n)], [-7n, -7n])
        await storage.commit(batch(remove(tokens, { where: {}, hits: 'any' })))
      }
    },
  },
  {
    name: 'a sum of more than 38 digits is rejected, and its batch has no effect',
    run: async ({ storage }) => {
      const before = [token({ number: 1n, supply: most }), token({ number: 2n, supply: least })]
      await storage.commit(batch(...before.map((row) => insert(tokens, row))))
      const first = update(tokens, { where: { number: 1n }, set: { label: 'changed' } })
      for (const [number, by] of [
        [1n, 1n],
        [1n, most],
        [2n, -1n],
        [2n, least],
      ] as const) {
        await invalid(storage.commit(batch(first, update(tokens, { where: { number }, add: { supply: by } }))))
      }
      assert.deepEqual(await storage.find(tokens, { orderBy: [['number', 'asc']] }), before)
    },
  },
  {
    name: 'integers of more than 38 digits are rejected',
    run: async ({ storage }) => {
      await storage.commit(batch(insert(tokens, token({ number: 1n }))))
      for (const wide of [most + 1n, least - 1n, 10n ** 60n]) {
        await invalid(storage.commit(batch(insert(tokens, token({ number: 2n, supply: wide })))))
        await invalid(storage.commit(batch(update(tokens, { where: { number: 1n }, set: { ceiling: wide } }))))
        await invalid(storage.commit(batch(update(tokens, { where: { number: 1n }, add: { supply: wide } }))))
        await invalid(storage.find(tokens, { where: { supply: { lt: wide } } }))
      }
      assert.deepEqual(await storage.find(tokens), [token({ number: 1n })])
    },
  },
  {
    name: 'concurrent debits never take a 38-digit supply below its floor, and every accepted debit is applied',
    run: async ({ storage, nth }) => {
      const unit = 10n ** 30n
      await storage.commit(batch(insert(tokens, token({ number: 1n, supply: 100n * unit }))))
      const commits = Array.from({ length: 40 }, (_, at) =>
        nth(at).commit(
          batch(update(tokens, { where: { number: 1n, supply: { gte: 7n * unit } }, add: { supply: -7n * unit } })),
        ),
      )
      assert.equal(await winners(commits), 14)
      assert.equal(await readSupply(storage, 1n), 2n * unit)
    },
  },
]

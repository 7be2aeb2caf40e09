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
import { assertInvalidInput, assertCommitRejected, countApplied } from './assertions.ts'
import type { StorageCase } from './storage-case.ts'
import { createTokenRow, tokens } from './tables.ts'

type Token = RowOf<typeof tokens>

const { min, max } = wideIntegerRange

/** Boundary values in ascending order: both limits, the limits of 64 bits and of safe integers, and changes in the number of digits. */
const inOrder: readonly bigint[] = [
  min,
  min + 1n,
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
  max - 1n,
  max,
]

async function insertAll(storage: Storage): Promise<void> {
  const rows = inOrder.map((number, at) =>
    createTokenRow({ number, supply: number, ceiling: at % 2 === 0 ? number : null }),
  )
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
  [min, max],
  [max, min],
  [max - 1n, 1n],
  [min + 1n, -1n],
  [min, max - min - max],
  [123_456_789_012_345_678_901_234_567_890n, -987_654_321_098_765_432_109_876_543_210n],
]

/** Cases for 38-digit integers. */
export const wideIntegerCases: readonly StorageCase[] = [
  {
    name: '38-digit integers are read back exactly, after an insert and after an update',
    run: async ({ storage, instance }) => {
      await insertAll(storage)
      for (const [at, number] of inOrder.entries()) {
        const [row] = await instance(1).find(tokens, { where: { number } })
        assert.deepEqual(row, createTokenRow({ number, supply: number, ceiling: at % 2 === 0 ? number : null }))
        const next = inOrder[(at + 1) % inOrder.length] ?? 0n
        await storage.commit(batch(update(tokens, { where: { number }, set: { supply: next } })))
        assert.equal(await readSupply(instance(1), number), next)
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
      assert.deepEqual(await numbers(storage, { where: { number: { in: [max, -1n, min, 7n] } } }), [min, -1n, max])
      assert.equal((await numbers(storage, { where: { supply: { ne: 0n } } })).length, inOrder.length - 1)
      assert.deepEqual(await numbers(storage, { where: { ceiling: { lte: min } } }), [min])
    },
  },
  {
    name: '38-digit integers are distinguished by keys and conditions',
    run: async ({ storage }) => {
      await storage.commit(batch(insert(tokens, createTokenRow({ number: max, ceiling: max, supply: max }))))
      await assertCommitRejected(storage.commit(batch(insert(tokens, createTokenRow({ number: max })))), 'duplicate', 0)
      await assertCommitRejected(
        storage.commit(batch(insert(tokens, createTokenRow({ number: 1n, ceiling: max })))),
        'duplicate',
        0,
      )
      await assertCommitRejected(
        storage.commit(batch(check(tokens, { where: { number: max, supply: { lt: max } } }))),
        'condition-failed',
        0,
      )
      await storage.commit(
        batch(
          check(tokens, { where: { number: max, supply: { gt: max - 1n } } }),
          insert(tokens, createTokenRow({ number: max - 1n, ceiling: max - 1n })),
          insert(tokens, createTokenRow({ number: -max, ceiling: -max })),
        ),
      )
      assert.deepEqual(await numbers(storage, {}), [-max, max - 1n, max])
    },
  },
  {
    name: '38-digit integers are incremented exactly, through every carry, in every matching row',
    run: async ({ storage }) => {
      for (const [from, by] of sums) {
        const rows = [createTokenRow({ number: 1n, supply: from }), createTokenRow({ number: 2n, supply: -from })]
        await storage.commit(batch(...rows.map((row) => insert(tokens, row))))
        const add = { supply: by }
        await storage.commit(batch(update(tokens, { where: { number: 1n }, add, set: { label: 'added' } })))
        await storage.commit(batch(update(tokens, { where: { number: 2n }, add: { supply: -by } })))
        assert.deepEqual([await readSupply(storage, 1n), await readSupply(storage, 2n)], [from + by, -from - by])
        await storage.commit(batch(update(tokens, { where: {}, set: { supply: 5n }, expectedRows: 'any' })))
        await storage.commit(batch(update(tokens, { where: {}, add: { supply: -12n }, expectedRows: 'any' })))
        assert.deepEqual([await readSupply(storage, 1n), await readSupply(storage, 2n)], [-7n, -7n])
        await storage.commit(batch(remove(tokens, { where: {}, expectedRows: 'any' })))
      }
    },
  },
  {
    name: 'a sum of more than 38 digits is rejected, and its batch has no effect',
    run: async ({ storage }) => {
      const before = [createTokenRow({ number: 1n, supply: max }), createTokenRow({ number: 2n, supply: min })]
      await storage.commit(batch(...before.map((row) => insert(tokens, row))))
      const first = update(tokens, { where: { number: 1n }, set: { label: 'changed' } })
      for (const [number, by] of [
        [1n, 1n],
        [1n, max],
        [2n, -1n],
        [2n, min],
      ] as const) {
        await assertInvalidInput(
          storage.commit(batch(first, update(tokens, { where: { number }, add: { supply: by } }))),
        )
      }
      assert.deepEqual(await storage.find(tokens, { orderBy: [['number', 'asc']] }), before)
    },
  },
  {
    name: 'integers of more than 38 digits are rejected',
    run: async ({ storage }) => {
      await storage.commit(batch(insert(tokens, createTokenRow({ number: 1n }))))
      for (const wide of [max + 1n, min - 1n, 10n ** 60n]) {
        await assertInvalidInput(storage.commit(batch(insert(tokens, createTokenRow({ number: 2n, supply: wide })))))
        await assertInvalidInput(
          storage.commit(batch(update(tokens, { where: { number: 1n }, set: { ceiling: wide } }))),
        )
        await assertInvalidInput(
          storage.commit(batch(update(tokens, { where: { number: 1n }, add: { supply: wide } }))),
        )
        await assertInvalidInput(storage.find(tokens, { where: { supply: { lt: wide } } }))
      }
      assert.deepEqual(await storage.find(tokens), [createTokenRow({ number: 1n })])
    },
  },
  {
    name: 'concurrent debits never take a 38-digit supply below its floor, and every accepted debit is applied',
    run: async ({ storage, instance }) => {
      const unit = 10n ** 30n
      await storage.commit(batch(insert(tokens, createTokenRow({ number: 1n, supply: 100n * unit }))))
      const commits = Array.from({ length: 40 }, (_, at) =>
        instance(at).commit(
          batch(update(tokens, { where: { number: 1n, supply: { gte: 7n * unit } }, add: { supply: -7n * unit } })),
        ),
      )
      assert.equal(await countApplied(commits), 14)
      assert.equal(await readSupply(storage, 1n), 2n * unit)
    },
  },
]

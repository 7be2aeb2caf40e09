import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mergePages, type ReadPart } from './merge-pages.ts'

const sorted = fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { maxLength: 40 })

it('gives each part of the merged list, for any two lists, offset and limit', async () => {
  await fc.assert(
    fc.asyncProperty(sorted, fc.nat(90), fc.nat(30), fc.array(fc.boolean()), async (all, offset, limit, sides) => {
      const list = all.toSorted((one, other) => one - other)
      const [one, other] = [true, false].map((side) => list.filter((_, index) => (sides[index] ?? true) === side))
      const read =
        (part: readonly number[] = []): ReadPart<number> =>
        (from, count) =>
          Promise.resolve(part.slice(from, from + count))
      const merged = mergePages(read(one), read(other), (a, b) => a < b)
      expect(await merged(offset, limit)).toEqual(list.slice(offset, offset + limit))
    }),
    { numRuns: 1000 },
  )
})

it('reads few elements for a part far behind', async () => {
  let elements = 0
  const count =
    (parity: number): ReadPart<number> =>
    (from, limit) => {
      elements += limit
      return Promise.resolve(Array.from({ length: limit }, (_, index) => (from + index) * 2 + parity))
    }
  const merged = mergePages(count(0), count(1), (a, b) => a < b)
  expect(await merged(1_000_000, 3)).toEqual([1_000_000, 1_000_001, 1_000_002])
  expect(elements).toBeLessThan(200)
})

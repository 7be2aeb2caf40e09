import fc from 'fast-check'
import { expect, test } from 'vitest'
import { streamJsonArray } from './stream-json-array.ts'

async function collect(items: Iterable<object>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of streamJsonArray(items)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

test('streamJsonArray writes the bytes of JSON.stringify', async () => {
  const lists = fc.array(fc.record({ name: fc.string({ unit: 'binary' }), value: fc.jsonValue() }))
  await fc.assert(
    fc.asyncProperty(lists, async (items) => {
      expect(await collect(items)).toBe(Buffer.from(JSON.stringify(items)).toString('utf8'))
    }),
  )
})

test('streamJsonArray serializes an item only when its reader asks for it', async () => {
  const serialized: number[] = []
  const items = [1, 2, 3].map((number) => ({
    toJSON: () => {
      serialized.push(number)
      return number
    },
  }))
  const chunks = streamJsonArray(items)
  await chunks.next()
  expect(serialized).toEqual([1])
})

test('streamJsonArray lets the event loop run between items of megabytes', async () => {
  const items = Array.from({ length: 4 }, () => ({ text: 'x'.repeat(1_000_000) }))
  let turns = 0
  let isReading = true
  const countTurns = (): void => {
    turns++
    if (isReading) setImmediate(countTurns)
  }
  setImmediate(countTurns)
  await collect(items)
  isReading = false
  expect(turns).toBeGreaterThanOrEqual(3)
})

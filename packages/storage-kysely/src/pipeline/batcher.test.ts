import { nextTick } from 'node:process'
import { describe, expect, test } from 'vitest'
import { createBatcher, type PendingItem } from './batcher.ts'

/** Resolves once all promises of this turn of the event loop have continued. */
const endOfTurn = (): Promise<void> => new Promise((resolve) => nextTick(resolve))

/** A batch processor whose batches the test completes. */
function manualProcessor() {
  const batches: (readonly string[])[] = []
  const completions: (() => void)[] = []
  const process = (items: readonly PendingItem<string, boolean>[]): Promise<void> => {
    batches.push(items.map(({ item }) => item))
    return new Promise((resolve) => {
      completions.push(() => {
        for (const pending of items) pending.resolve(true)
        resolve()
      })
    })
  }
  const complete = async (): Promise<void> => {
    completions.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { batches, process, complete }
}

describe('createBatcher', () => {
  test('starts a single item in the same turn of the event loop', async () => {
    const { batches, process, complete } = manualProcessor()
    const done = createBatcher({ maxConcurrentBatches: 1, maxBatchSize: 9 }, process)('a')
    await endOfTurn()
    expect(batches).toEqual([['a']])
    await complete()
    expect(await done).toBe(true)
  })

  test('batches items that promises of the same turn add', async () => {
    const { batches, process, complete } = manualProcessor()
    const add = createBatcher({ maxConcurrentBatches: 4, maxBatchSize: 9, minBatchSize: 9 }, process)
    const addLater = async (item: string, turns: number): Promise<boolean> => {
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      return add(item)
    }
    const done = [addLater('a', 0), addLater('b', 3), addLater('c', 20)]
    await endOfTurn()
    expect(batches).toEqual([['a', 'b', 'c']])
    await complete()
    expect(await Promise.all(done)).toEqual([true, true, true])
  })

  test('batches items that arrive while all batches are in progress, in order of arrival', async () => {
    const { batches, process, complete } = manualProcessor()
    const add = createBatcher({ maxConcurrentBatches: 1, maxBatchSize: 9 }, process)
    const done = [add('a')]
    await endOfTurn()
    done.push(add('b'), add('c'), add('d'))
    await complete()
    expect(batches).toEqual([['a'], ['b', 'c', 'd']])
    await complete()
    expect(await Promise.all(done)).toEqual([true, true, true, true])
  })

  test('distributes simultaneous items over the concurrent batches up to the maximum batch size', async () => {
    const { batches, process, complete } = manualProcessor()
    const add = createBatcher({ maxConcurrentBatches: 2, maxBatchSize: 3 }, process)
    const done = Array.from('abcdefgh', (item) => add(item))
    await endOfTurn()
    expect(batches).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ])
    await complete()
    expect(batches[2]).toEqual(['g', 'h'])
    await complete()
    await complete()
    expect(await Promise.all(done)).toHaveLength(8)
  })

  test('starts the next batch when the delay of an unfinished one has passed', async () => {
    const { batches, process, complete } = manualProcessor()
    const add = createBatcher({ maxConcurrentBatches: 1, maxBatchSize: 9, maxBatchDelayMs: 5 }, process)
    const stuck = add('stuck')
    await endOfTurn()
    const next = add('next')
    await expect.poll(() => batches).toEqual([['stuck'], ['next']])
    await complete()
    await complete()
    expect(await Promise.all([stuck, next])).toEqual([true, true])
    const last = add('last')
    await endOfTurn()
    expect(batches[2]).toEqual(['last'])
    await complete()
    expect(await last).toBe(true)
  })
})

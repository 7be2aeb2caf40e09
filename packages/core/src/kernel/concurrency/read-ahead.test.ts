import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { readAhead } from './read-ahead.ts'

/** Yields the numbers up to `count`, and records what happens. */
async function* numbersTo(count: number, events: string[]): AsyncGenerator<number, void> {
  try {
    for (let number = 1; number <= count; number++) {
      events.push(`read ${number}`)
      yield number
    }
  } finally {
    events.push('closed')
  }
}

describe('readAhead', () => {
  test('reads the next value while the caller works on one, and no more', async () => {
    const events: string[] = []
    for await (const number of readAhead(numbersTo(3, events))) {
      await nextTurn()
      events.push(`work ${number}`)
    }
    expect(events).toEqual(['read 1', 'read 2', 'work 1', 'read 3', 'work 2', 'closed', 'work 3'])
  })

  test('closes the generator if the caller stops', async () => {
    const events: string[] = []
    for await (const number of readAhead(numbersTo(9, events))) if (number === 2) break
    expect(events.at(-1)).toBe('closed')
    expect(events).not.toContain('read 4')
  })

  test('throws an error of the generator after the values before it', async () => {
    const failing = async function* (): AsyncGenerator<number, void> {
      yield 1
      throw new Error('lost')
    }
    const values: number[] = []
    const reading = (async () => {
      for await (const value of readAhead(failing())) {
        await nextTurn()
        values.push(value)
      }
    })()
    await expect(reading).rejects.toThrow('lost')
    expect(values).toEqual([1])
  })
})

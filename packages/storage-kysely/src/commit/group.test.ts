import { describe, expect, test } from 'vitest'
import { grouped, type Waiting } from './group.ts'

/** Work whose groups are ended by the test. */
function workshop() {
  const groups: (readonly string[])[] = []
  const ends: (() => void)[] = []
  const work = (group: readonly Waiting<string>[]): Promise<void> => {
    groups.push(group.map(({ item }) => item))
    return new Promise((resolve) => {
      ends.push(() => {
        for (const waiting of group) waiting.resolve(true)
        resolve()
      })
    })
  }
  const end = async (): Promise<void> => {
    ends.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { groups, work, end }
}

describe('grouped work', () => {
  test('begins with an item that comes alone in the same turn of the event loop', async () => {
    const { groups, work, end } = workshop()
    const done = grouped({ lanes: 1, most: 9 }, work)('a')
    await Promise.resolve()
    expect(groups).toEqual([['a']])
    await end()
    expect(await done).toBe(true)
  })

  test('takes together what came while it was busy, in the order in which it came', async () => {
    const { groups, work, end } = workshop()
    const put = grouped({ lanes: 1, most: 9 }, work)
    const done = [put('a')]
    await Promise.resolve()
    done.push(put('b'), put('c'), put('d'))
    await end()
    expect(groups).toEqual([['a'], ['b', 'c', 'd']])
    await end()
    expect(await Promise.all(done)).toEqual([true, true, true, true])
  })

  test('spreads what comes at once over the lanes, and takes no more than so many together', async () => {
    const { groups, work, end } = workshop()
    const put = grouped({ lanes: 2, most: 3 }, work)
    const done = Array.from('abcdefgh', (item) => put(item))
    await Promise.resolve()
    expect(groups).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ])
    await end()
    expect(groups[2]).toEqual(['g', 'h'])
    await end()
    await end()
    expect(await Promise.all(done)).toHaveLength(8)
  })

  test('waits for a group that does not end only so long', async () => {
    const { groups, work, end } = workshop()
    const put = grouped({ lanes: 1, most: 9, patienceMs: 5 }, work)
    const stuck = put('stuck')
    await Promise.resolve()
    const next = put('next')
    await expect.poll(() => groups).toEqual([['stuck'], ['next']])
    await end()
    await end()
    expect(await Promise.all([stuck, next])).toEqual([true, true])
    const last = put('last')
    await Promise.resolve()
    expect(groups[2]).toEqual(['last'])
    await end()
    expect(await last).toBe(true)
  })
})

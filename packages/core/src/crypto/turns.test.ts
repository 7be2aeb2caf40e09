import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundedTurns } from './turns.ts'

/** A job that ends when it is told to. */
function held(): { readonly job: () => Promise<string>; readonly end: () => void; readonly started: () => boolean } {
  let begun = false
  let end = (): void => {}
  const ended = new Promise<string>((resolve) => {
    end = () => resolve('done')
  })
  const job = (): Promise<string> => {
    begun = true
    return ended
  }
  return { job, end, started: () => begun }
}

const busy = { code: 'server.busy', status: 429 }
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('turns', () => {
  test('run a few at once, and the next as soon as one ends, in the order they came', async () => {
    const turn = boundedTurns({ concurrency: 2, queue: 10, perSource: 10 })
    const jobs = Array.from({ length: 4 }, held)
    const results = Promise.all(jobs.map(({ job }) => turn(undefined, job)))
    await settle()
    expect(jobs.map(({ started }) => started())).toEqual([true, true, false, false])
    jobs[1]?.end()
    await settle()
    expect(jobs.map(({ started }) => started())).toEqual([true, true, true, false])
    for (const { end } of jobs) end()
    expect(await results).toEqual(['done', 'done', 'done', 'done'])
  })

  test('are refused past the end of the queue, at once, with the time to come back', async () => {
    const turn = boundedTurns({ concurrency: 1, queue: 2, perSource: 10 })
    const jobs = Array.from({ length: 3 }, held)
    const results = Promise.all(jobs.map(({ job }) => turn(undefined, job)))
    const late = held()
    await expect(turn(undefined, late.job)).rejects.toMatchObject({ ...busy, retryAfterSeconds: 1 })
    for (const { end } of jobs) end()
    await results
    expect(late.started()).toBe(false)
    expect(await turn(undefined, async () => 'free again')).toBe('free again')
  })

  test('are bounded for each source, so that one cannot fill the queue', async () => {
    const turn = boundedTurns({ concurrency: 1, queue: 10, perSource: 2 })
    const jobs = Array.from({ length: 3 }, held)
    const [first, second, third] = jobs
    const results = [turn('a', first?.job ?? fail), turn('a', second?.job ?? fail)]
    await expect(turn('a', fail)).rejects.toMatchObject(busy)
    results.push(turn('b', third?.job ?? fail))
    for (const { end } of jobs) end()
    expect(await Promise.all(results)).toEqual(['done', 'done', 'done'])
    expect(await turn('a', async () => 'free again')).toBe('free again')
  })

  test('go on after a job that fails, synchronously or not', async () => {
    const turn = boundedTurns({ concurrency: 1, queue: 10, perSource: 1 })
    await expect(turn('a', () => Promise.reject(new Error('late')))).rejects.toThrow('late')
    await expect(
      turn('a', () => {
        throw new Error('at once')
      }),
    ).rejects.toThrow('at once')
    expect(await turn('a', async () => 'well')).toBe('well')
  })

  test.each([
    { concurrency: 0, queue: 1, perSource: 1 },
    { concurrency: 1, queue: -1, perSource: 1 },
    { concurrency: 1, queue: 1, perSource: 0 },
    { concurrency: Number.NaN, queue: 1, perSource: 1 },
  ])('are refused limits under which none would run: %o', (limits) => {
    expect(() => boundedTurns(limits)).toThrow(RangeError)
  })

  test('never run more than they may, whatever comes and however it ends', async () => {
    const load = fc.array(
      fc.record({ source: fc.constantFrom('a', 'b', undefined), ticks: fc.nat({ max: 4 }), fails: fc.boolean() }),
    )
    const limits = fc.record({
      concurrency: fc.integer({ min: 1, max: 3 }),
      queue: fc.nat({ max: 5 }),
      perSource: fc.integer({ min: 1, max: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(limits, load, async (bounds, jobs) => {
        const turn = boundedTurns(bounds)
        let running = 0
        let most = 0
        const job = async (ticks: number, fails: boolean): Promise<void> => {
          running++
          most = Math.max(most, running)
          for (let tick = 0; tick < ticks; tick++) await settle()
          running--
          if (fails) throw new Error('failed')
        }
        await Promise.allSettled(jobs.map(({ source, ticks, fails }) => turn(source, () => job(ticks, fails))))
        expect(most).toBeLessThanOrEqual(bounds.concurrency)
        expect(running).toBe(0)
        const again = Array.from({ length: bounds.concurrency + bounds.queue }, () =>
          turn(undefined, async () => 'ran'),
        )
        expect(await Promise.all(again)).toHaveLength(bounds.concurrency + bounds.queue)
      }),
    )
  })
})

function fail(): Promise<string> {
  throw new Error('must not run')
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSemaphore } from './semaphore.ts'

/** A job that runs until `end` is called. */
function pendingJob(): {
  readonly job: () => Promise<string>
  readonly end: () => void
  readonly started: () => boolean
} {
  let isStarted = false
  let end = (): void => {}
  const ended = new Promise<string>((resolve) => {
    end = () => resolve('done')
  })
  const job = (): Promise<string> => {
    isStarted = true
    return ended
  }
  return { job, end, started: () => isStarted }
}

const busy = { code: 'server.busy', status: 429 }
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('createSemaphore', () => {
  test('runs jobs up to its concurrency and starts the next in order as soon as one ends', async () => {
    const semaphore = createSemaphore({ concurrency: 2, queue: 10, perSource: 10 })
    const jobs = Array.from({ length: 4 }, pendingJob)
    const results = Promise.all(jobs.map(({ job }) => semaphore(undefined, job)))
    await settle()
    expect(jobs.map(({ started }) => started())).toEqual([true, true, false, false])
    jobs[1]?.end()
    await settle()
    expect(jobs.map(({ started }) => started())).toEqual([true, true, true, false])
    for (const { end } of jobs) end()
    expect(await results).toEqual(['done', 'done', 'done', 'done'])
  })

  test('rejects a job immediately, with retryAfterSeconds, when the queue is full', async () => {
    const semaphore = createSemaphore({ concurrency: 1, queue: 2, perSource: 10 })
    const jobs = Array.from({ length: 3 }, pendingJob)
    const results = Promise.all(jobs.map(({ job }) => semaphore(undefined, job)))
    const late = pendingJob()
    await expect(semaphore(undefined, late.job)).rejects.toMatchObject({ ...busy, retryAfterSeconds: 1 })
    for (const { end } of jobs) end()
    await results
    expect(late.started()).toBe(false)
    expect(await semaphore(undefined, async () => 'free again')).toBe('free again')
  })

  test('limits the jobs of each source, so that one cannot fill the queue', async () => {
    const semaphore = createSemaphore({ concurrency: 1, queue: 10, perSource: 2 })
    const jobs = Array.from({ length: 3 }, pendingJob)
    const [first, second, third] = jobs
    const results = [semaphore('a', first?.job ?? fail), semaphore('a', second?.job ?? fail)]
    await expect(semaphore('a', fail)).rejects.toMatchObject(busy)
    results.push(semaphore('b', third?.job ?? fail))
    for (const { end } of jobs) end()
    expect(await Promise.all(results)).toEqual(['done', 'done', 'done'])
    expect(await semaphore('a', async () => 'free again')).toBe('free again')
  })

  test('releases the slot of a job that rejects or throws', async () => {
    const semaphore = createSemaphore({ concurrency: 1, queue: 10, perSource: 1 })
    await expect(semaphore('a', () => Promise.reject(new Error('late')))).rejects.toThrow('late')
    await expect(
      semaphore('a', () => {
        throw new Error('synchronous')
      }),
    ).rejects.toThrow('synchronous')
    expect(await semaphore('a', async () => 'ran')).toBe('ran')
  })

  test.each([
    { concurrency: 0, queue: 1, perSource: 1 },
    { concurrency: 1, queue: -1, perSource: 1 },
    { concurrency: 1, queue: 1, perSource: 0 },
    { concurrency: Number.NaN, queue: 1, perSource: 1 },
  ])('rejects limits under which no job could run: %o', (limits) => {
    expect(() => createSemaphore(limits)).toThrow(RangeError)
  })

  test('never exceeds its concurrency, for any load and outcome', async () => {
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
        const semaphore = createSemaphore(bounds)
        let running = 0
        let peak = 0
        const job = async (ticks: number, fails: boolean): Promise<void> => {
          running++
          peak = Math.max(peak, running)
          for (let tick = 0; tick < ticks; tick++) await settle()
          running--
          if (fails) throw new Error('failed')
        }
        await Promise.allSettled(jobs.map(({ source, ticks, fails }) => semaphore(source, () => job(ticks, fails))))
        expect(peak).toBeLessThanOrEqual(bounds.concurrency)
        expect(running).toBe(0)
        const again = Array.from({ length: bounds.concurrency + bounds.queue }, () =>
          semaphore(undefined, async () => 'ran'),
        )
        expect(await Promise.all(again)).toHaveLength(bounds.concurrency + bounds.queue)
      }),
    )
  })
})

function fail(): Promise<string> {
  throw new Error('must not run')
}

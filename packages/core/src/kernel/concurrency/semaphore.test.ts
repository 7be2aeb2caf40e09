import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBillfoldError } from '../errors.ts'
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
    const results = Promise.all(jobs.map(({ job }) => semaphore({}, job)))
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
    const results = Promise.all(jobs.map(({ job }) => semaphore({}, job)))
    const late = pendingJob()
    await expect(semaphore({}, late.job)).rejects.toMatchObject({ ...busy, retryAfterSeconds: 1 })
    for (const { end } of jobs) end()
    await results
    expect(late.started()).toBe(false)
    expect(await semaphore({}, async () => 'free again')).toBe('free again')
  })

  test('limits the jobs of each source, so that one cannot fill the queue', async () => {
    const semaphore = createSemaphore({ concurrency: 1, queue: 10, perSource: 2 })
    const jobs = Array.from({ length: 3 }, pendingJob)
    const [first, second, third] = jobs
    const results = [semaphore({ source: 'a' }, first?.job ?? fail), semaphore({ source: 'a' }, second?.job ?? fail)]
    await expect(semaphore({ source: 'a' }, fail)).rejects.toMatchObject(busy)
    results.push(semaphore({ source: 'b' }, third?.job ?? fail))
    for (const { end } of jobs) end()
    expect(await Promise.all(results)).toEqual(['done', 'done', 'done'])
    expect(await semaphore({ source: 'a' }, async () => 'free again')).toBe('free again')
  })

  test('gives each source its turn, so that one delays a job of another by one job', async () => {
    const semaphore = createSemaphore({ concurrency: 1, queue: 100, perSource: 100, maxWaitSeconds: 600 })
    const order: string[] = []
    const run = (source: string) => semaphore({ source }, async () => void order.push(source))
    await Promise.all([...Array.from({ length: 4 }, () => run('a')), run('b'), run('c'), run('b')])
    expect(order).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'a'])
  })

  test('starts three authenticated jobs for each anonymous one, and starves neither', async () => {
    const semaphore = createSemaphore({ concurrency: 1, queue: 100, perSource: 100, maxWaitSeconds: 600 })
    const order: string[] = []
    const run = (name: string, isAnonymous: boolean) => semaphore({ isAnonymous }, async () => void order.push(name))
    const anonymous = Array.from({ length: 5 }, () => run('-', true))
    await Promise.all([...anonymous, ...Array.from({ length: 7 }, () => run('A', false))])
    expect(order.join('')).toBe('-AAA-AAA-A--')
  })

  test('limits anonymous jobs of a source on their own', async () => {
    const semaphore = createSemaphore({ concurrency: 1, queue: 100, perSource: 3, perAnonymousSource: 1 })
    const jobs = Array.from({ length: 4 }, pendingJob)
    const run = (index: number, isAnonymous: boolean) =>
      semaphore({ source: 'a', isAnonymous }, jobs[index]?.job ?? fail)
    const results = [run(0, true), run(1, false), run(2, false), run(3, false)]
    await expect(semaphore({ source: 'a', isAnonymous: true }, fail)).rejects.toMatchObject(busy)
    await expect(semaphore({ source: 'a' }, fail)).rejects.toMatchObject(busy)
    for (const { end } of jobs) end()
    expect(await Promise.all(results)).toHaveLength(4)
  })

  test('replaces the last job of the source with the most when the queue is full, so that nobody keeps others out', async () => {
    const semaphore = createSemaphore({ concurrency: 1, queue: 3, perSource: 10 })
    const outcomes = (source: string, count: number) =>
      Array.from({ length: count }, () =>
        semaphore({ source }, async () => {
          await settle()
          return 'done'
        }).catch((error: unknown) => (isBillfoldError(error, 'server.busy') ? 'busy' : 'other')),
      )
    const flood = outcomes('flood', 5)
    const quiet = outcomes('quiet', 1)
    expect(await Promise.all(flood)).toEqual(['done', 'done', 'done', 'busy', 'busy'])
    expect(await Promise.all(quiet)).toEqual(['done'])
  })

  test('rejects a job that would wait for too long, by the duration of the latest jobs', async () => {
    let clock = 0
    const limits = { concurrency: 1, queue: 100, perSource: 100, maxWaitSeconds: 10 }
    const semaphore = createSemaphore(limits, () => clock)
    for (let job = 0; job < 100; job++) await semaphore({}, async () => void (clock += 3000))
    const jobs = Array.from({ length: 4 }, pendingJob)
    const results = jobs.map(({ job }) => semaphore({}, job))
    await expect(semaphore({}, fail)).rejects.toMatchObject({ ...busy, retryAfterSeconds: 12 })
    for (const { end } of jobs) end()
    expect(await Promise.all(results)).toHaveLength(4)
  })

  test('releases the slot of a job that rejects or throws', async () => {
    const semaphore = createSemaphore({ concurrency: 1, queue: 10, perSource: 1 })
    await expect(semaphore({ source: 'a' }, () => Promise.reject(new Error('late')))).rejects.toThrow('late')
    await expect(
      semaphore({ source: 'a' }, () => {
        throw new Error('synchronous')
      }),
    ).rejects.toThrow('synchronous')
    expect(await semaphore({ source: 'a' }, async () => 'ran')).toBe('ran')
  })

  test.each([
    { concurrency: 0, queue: 1, perSource: 1 },
    { concurrency: 1, queue: -1, perSource: 1 },
    { concurrency: 1, queue: 1, perSource: 0 },
    { concurrency: Number.NaN, queue: 1, perSource: 1 },
    { concurrency: 1, queue: 1, perSource: 1, perAnonymousSource: 0 },
    { concurrency: 1, queue: 1, perSource: 1, maxWaitSeconds: 0 },
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
        await Promise.allSettled(jobs.map(({ source, ticks, fails }) => semaphore({ source }, () => job(ticks, fails))))
        expect(peak).toBeLessThanOrEqual(bounds.concurrency)
        expect(running).toBe(0)
        const again = Array.from({ length: bounds.concurrency + bounds.queue }, () => semaphore({}, async () => 'ran'))
        expect(await Promise.all(again)).toHaveLength(bounds.concurrency + bounds.queue)
      }),
    )
  })
})

function fail(): Promise<string> {
  throw new Error('must not run')
}

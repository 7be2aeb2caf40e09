import { describe, expect, it } from 'vitest'
import { isBillfoldError } from '../../kernel/errors.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { withKeystoreSlot } from './with-keystore-slot.ts'
import { keystoreLimits } from './keystores/limits.ts'

const services = testServices()
const actor = { tenant: 'default', id: 'test', source: '192.0.2.1' }
const { queue, perSource } = keystoreLimits.semaphore

/** A job that blocks until `end` is called, and a counter of the maximum concurrency. */
function blockingJobs(): {
  readonly job: () => Promise<string>
  readonly end: () => void
  readonly maxRunning: () => number
} {
  let [running, maxRunning, ended] = [0, 0, false]
  const blocked: (() => void)[] = []
  const job = async (): Promise<string> => {
    maxRunning = Math.max(maxRunning, ++running)
    if (!ended) await new Promise<void>((resolve) => blocked.push(resolve))
    running--
    return 'done'
  }
  const end = (): void => {
    ended = true
    for (const resolve of blocked) resolve()
  }
  return { job, end, maxRunning: () => maxRunning }
}

const outcome = (job: Promise<string>): Promise<string> =>
  job.catch((error: unknown) => (isBillfoldError(error) ? error.code : 'another error'))

describe('withKeystoreSlot', () => {
  it('runs one keystore job at a time and leaves the other password hasher slots free', async () => {
    const { job, end, maxRunning } = blockingJobs()
    const jobs = Array.from({ length: 5 }, () => withKeystoreSlot(services, actor, job))
    expect(await services.passwordHasher.withSlot(actor, () => Promise.resolve('a PIN'))).toBe('a PIN')
    end()
    expect(await Promise.all(jobs)).toEqual(Array.from({ length: 5 }, () => 'done'))
    expect(maxRunning()).toBe(1)
  })

  it('rejects jobs beyond the queue limit and beyond the limit per source', async () => {
    const { job, end } = blockingJobs()
    const ours = Array.from({ length: perSource + 5 }, () => outcome(withKeystoreSlot(services, actor, job)))
    const other = { ...actor, source: '192.0.2.2' }
    const theirs = Array.from({ length: queue }, () => outcome(withKeystoreSlot(services, other, job)))
    end()
    const [done, busy] = ['done', 'server.busy'].map(
      (code) => async (jobs: Promise<string>[]) => (await Promise.all(jobs)).filter((result) => result === code).length,
    )
    // In the full queue, jobs of the second source replace those of the first until each has half of it.
    expect(await done?.(ours)).toBe(queue / 2 + 1)
    expect(await busy?.(ours)).toBe(perSource + 5 - (queue / 2 + 1))
    expect(await done?.(theirs)).toBe(queue / 2)
    await expect(withKeystoreSlot(services, actor, job)).resolves.toBe('done')
  })

  it('releases the slot when a job fails', async () => {
    const failing = withKeystoreSlot(services, actor, () => Promise.reject(new RangeError('no')))
    await expect(failing).rejects.toThrow(RangeError)
    expect(await withKeystoreSlot(services, actor, () => Promise.resolve('done'))).toBe('done')
  })
})

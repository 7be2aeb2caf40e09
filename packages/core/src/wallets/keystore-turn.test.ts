import { describe, expect, it } from 'vitest'
import { isBillfoldError } from '../errors.ts'
import { testServices } from '../test-fixtures/services.ts'
import { keystoreTurn } from './keystore-turn.ts'
import { keystoreLimits } from './keystores/limits.ts'

const services = testServices()
const actor = { tenant: 'default', id: 'test', source: '192.0.2.1' }
const { queue, perSource } = keystoreLimits.turns

/** A job that ends when it is told to, and counts how many run. */
function slowJobs(): { readonly job: () => Promise<string>; readonly end: () => void; readonly most: () => number } {
  let [running, most, ended] = [0, 0, false]
  const waiting: (() => void)[] = []
  const job = async (): Promise<string> => {
    most = Math.max(most, ++running)
    if (!ended) await new Promise<void>((resolve) => waiting.push(resolve))
    running--
    return 'done'
  }
  const end = (): void => {
    ended = true
    for (const resolve of waiting) resolve()
  }
  return { job, end, most: () => most }
}

const outcome = (turn: Promise<string>): Promise<string> =>
  turn.catch((error: unknown) => (isBillfoldError(error) ? error.code : 'another error'))

describe('a turn for a keystore', () => {
  it('comes to one at a time, and leaves the turns of the slow hash to others', async () => {
    const { job, end, most } = slowJobs()
    const turns = Array.from({ length: 5 }, () => keystoreTurn(services, actor, job))
    expect(await services.slowHash.turn(actor.source, () => Promise.resolve('a PIN'))).toBe('a PIN')
    end()
    expect(await Promise.all(turns)).toEqual(Array.from({ length: 5 }, () => 'done'))
    expect(most()).toBe(1)
  })

  it('is refused past the end of the line, and past what one source may have in it', async () => {
    const { job, end } = slowJobs()
    const ours = Array.from({ length: perSource + 5 }, () => outcome(keystoreTurn(services, actor, job)))
    const other = { ...actor, source: '192.0.2.2' }
    const theirs = Array.from({ length: queue }, () => outcome(keystoreTurn(services, other, job)))
    end()
    const [done, busy] = ['done', 'server.busy'].map(
      (code) => async (turns: Promise<string>[]) => (await Promise.all(turns)).filter((given) => given === code).length,
    )
    expect(await done?.(ours)).toBe(perSource)
    expect(await busy?.(ours)).toBe(5)
    expect(await done?.(theirs)).toBe(queue + 1 - perSource)
    await expect(keystoreTurn(services, actor, job)).resolves.toBe('done')
  })

  it('passes on when a job fails', async () => {
    const failing = keystoreTurn(services, actor, () => Promise.reject(new RangeError('no')))
    await expect(failing).rejects.toThrow(RangeError)
    expect(await keystoreTurn(services, actor, () => Promise.resolve('done'))).toBe('done')
  })
})

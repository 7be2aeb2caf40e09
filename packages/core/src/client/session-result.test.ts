import { expect, test } from 'vitest'
import { AuthenticationClientError } from './client-error.ts'
import { poll } from './session-result.ts'

test('poll calls until it gets a value', async () => {
  const answers = [undefined, undefined, 'done']
  expect(await poll(async () => answers.shift(), { intervalMs: 1 })).toBe('done')
  expect(answers).toEqual([])
})

test('poll retries after 429 and 503, and throws other errors', async () => {
  const outcomes = [
    new AuthenticationClientError(503, 'busy', 0),
    new AuthenticationClientError(429, 'busy', 0),
    new AuthenticationClientError(410, 'expired'),
    'not reached',
  ]
  const ask = async (): Promise<unknown> => {
    const outcome = outcomes.shift()
    if (outcome instanceof Error) throw outcome
    return outcome
  }
  await expect(poll(ask, { intervalMs: 1 })).rejects.toMatchObject({ status: 410 })
  expect(outcomes).toEqual(['not reached'])
})

test('poll stops at its timeout and when aborted', async () => {
  await expect(poll(async () => undefined, { intervalMs: 5, timeoutMs: 12 })).rejects.toMatchObject({ status: 408 })
  const stop = new AbortController()
  const polled = poll(async () => undefined, { intervalMs: 60_000, signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(polled).rejects.toThrow('enough')
})

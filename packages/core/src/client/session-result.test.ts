import { expect, test } from 'vitest'
import { AuthenticationClientError } from './client-error.ts'
import { poll } from './session-result.ts'

test('asks until there is an answer', async () => {
  const answers = [undefined, undefined, 'done']
  expect(await poll(async () => answers.shift(), { every: 1 })).toBe('done')
  expect(answers).toEqual([])
})

test('asks again after what the server could not answer now, and gives up at what it refuses', async () => {
  const outcomes = [
    new AuthenticationClientError(503, 'busy', 0),
    new AuthenticationClientError(429, 'busy', 0),
    new AuthenticationClientError(410, 'expired'),
    'never asked for',
  ]
  const ask = async (): Promise<unknown> => {
    const outcome = outcomes.shift()
    if (outcome instanceof Error) throw outcome
    return outcome
  }
  await expect(poll(ask, { every: 1 })).rejects.toMatchObject({ status: 410 })
  expect(outcomes).toEqual(['never asked for'])
})

test('gives up in time, and when it is told to', async () => {
  await expect(poll(async () => undefined, { every: 5, atMost: 12 })).rejects.toMatchObject({ status: 408 })
  const stop = new AbortController()
  const polled = poll(async () => undefined, { every: 60_000, signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(polled).rejects.toThrow('enough')
})

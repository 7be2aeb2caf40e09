import { expect, test } from 'vitest'
import { firstErrorLogger } from './logger.ts'

test('a logger of the first error writes one line for it, and nothing else', () => {
  const lines: string[] = []
  const logger = firstErrorLogger((line) => void lines.push(line))
  logger.info({ at: 1 }, 'information')
  logger.warn({ at: 2 }, 'warning')
  logger.error({ requestId: 'r1', error: { message: 'no\nsuch table' } }, 'Something went wrong')
  logger.error({ requestId: 'r2' }, 'Something went wrong')
  expect(lines).toEqual([
    expect.stringMatching(/^billfold: Something went wrong \{ requestId: 'r1'.+silentLogger.*\n$/),
  ])
})

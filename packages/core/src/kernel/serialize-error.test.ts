import { expect, test } from 'vitest'
import { createBillfold } from '../billfold.ts'
import { localKeyring, newKey } from './crypto/index.ts'
import type { Logger } from './logger.ts'
import { withSerializedErrors } from './serialize-error.ts'
import { memoryStorage } from './storage/index.ts'

/** An error as drivers throw it. */
function driverError(): Error {
  return Object.assign(new Error('lost', { cause: Object.assign(new Error('socket'), { sql: 'insert (secret)' }) }), {
    code: 'ER_LOST',
    sql: 'insert into users values (secret)',
    detail: 'Key (email)=(secret) exists',
  })
}

function recordingLogger(): { readonly logger: Logger; readonly logged: Record<string, unknown>[] } {
  const logged: Record<string, unknown>[] = []
  const record = (fields: Readonly<Record<string, unknown>>): void => void logged.push({ ...fields })
  return { logger: { error: record, warn: record, info: record }, logged }
}

test.each(['error', 'warn', 'info'] as const)(
  'an error among the fields loses what drivers attach to it: %s',
  (level) => {
    const { logger, logged } = recordingLogger()
    withSerializedErrors(logger)[level]({ cause: driverError(), count: 2, name: 'x' }, 'failed')
    expect(logged).toMatchObject([
      { cause: { name: 'Error', message: 'lost', code: 'ER_LOST', cause: { message: 'socket' } }, count: 2, name: 'x' },
    ])
    expect(JSON.stringify(logged)).not.toContain('secret')
  },
)

test('what maintenance, health checks and deliveries log contains no values of a query', async () => {
  const { logger, logged } = recordingLogger()
  const fail = (): never => {
    throw driverError()
  }
  const billfold = createBillfold({
    storage: { ...memoryStorage(), find: async () => fail(), commit: async () => fail() },
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    logger,
  })
  expect((await billfold.health()).status).toBe('unavailable')
  await billfold.maintain().catch(() => {})
  await billfold.deliver().catch(() => {})
  expect(logged.length).toBeGreaterThan(0)
  for (const fields of logged) {
    expect(Object.values(fields).some((value) => value instanceof Error)).toBe(false)
    expect(JSON.stringify(fields)).not.toContain('secret')
  }
})

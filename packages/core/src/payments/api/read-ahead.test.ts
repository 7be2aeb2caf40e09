import { beforeEach, describe, expect, test } from 'vitest'
import type { IncomingRequest } from '../../http/index.ts'
import { users } from '../../identity/users/table.ts'
import { batch, memoryStorage, update } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import { type CountingStorage, countingStorage } from '../../test-fixtures/counting-storage.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { resolvePaymentSettings } from '../settings.ts'
import { payments as paymentTable } from '../tables.ts'
import { logIn } from '../users/log-in.ts'
import { registerPaymentUser } from '../users/register.ts'
import { type ReadAhead, readAheadGuard } from './read-ahead.ts'

const tenant = 't'
const actor = { tenant, id: 'test', source: '192.0.2.1' }
const identity = (_tenant: string, _key: string, text: string): Promise<string> => Promise.resolve(text)
const cipher = { encrypt: identity, decrypt: identity }

function requestWith(headers: IncomingRequest['headers']): IncomingRequest {
  const fixed = { method: 'POST', path: '/', mount: '', params: {}, query: '', ip: '192.0.2.1' } as const
  return { ...fixed, headers, body: { kind: 'none' }, signal: new AbortController().signal }
}

describe('a guard that reads ahead', () => {
  let counting: CountingStorage
  let services: Services
  let userId: string
  let key: string
  let started: string[]
  let reading: ReadAhead<string>

  beforeEach(async () => {
    counting = countingStorage(memoryStorage())
    services = testServices(counting.storage)
    const contacts = { email: 'ada@example.org', phone: '+15550001', username: 'ada' }
    const profile = { firstName: 'A', lastName: 'B', address: '', dob: '1990-01-01' }
    const password = 'correct horse battery'
    ;({ userId } = await registerPaymentUser(services, actor, { ...contacts, ...profile, password }))
    const payments = { services, settings: resolvePaymentSettings() }
    const login = { email: contacts.email, password, appid: '1', imei: 'one', encrypted: false }
    ;({ apiKey: key } = await logIn(payments, actor, login))
    started = []
    reading = readAheadGuard({ services, tenant, cipher }, (_, body) => {
      started.push('request')
      if (body === 'nothing to read') return undefined
      const first = services.storage.find(paymentTable, { limit: 1 })
      return async (user) => {
        started.push(`user ${user}`)
        await Promise.all([first, services.storage.find(paymentTable, { limit: 1 })])
        if (typeof body === 'object' && body !== null && 'fails' in body) throw new Error('read failed')
        return `rows for ${user}`
      }
    })
  })

  const admit = async (headers: IncomingRequest['headers'], body: unknown = {}) => {
    const request = requestWith(headers)
    return reading.guard.admitBody(request, body, await reading.guard.admit(request))
  }

  test('gives what it has read to the caller that it admits, with the key in the header or the body', async () => {
    for (const [headers, body] of [
      [{ authorization: key }, {}],
      [{}, { apikey: key }],
    ] as const) {
      const caller = await admit(headers, body)
      expect(caller).toMatchObject({ id: userId })
      expect(await reading.rowsFor(caller)).toBe(`rows for ${userId}`)
      expect(reading.rowsFor({ ...caller })).toBeUndefined()
    }
  })

  test('makes as many round trips as authentication alone', async () => {
    const trips = await counting.countRoundTrips(async () => reading.rowsFor(await admit({ authorization: key })))
    expect(trips).toBe(2)
  })

  test('reads nothing more for an unknown key, and nothing at all without one', async () => {
    expect(await outcomeCode(admit({ authorization: 'x'.repeat(43) }))).toBe('caller.unauthenticated')
    expect(started).toEqual(['request'])
    for (const attempt of [admit({}), admit({ authorization: key }, { apikey: 'other' })])
      expect(await outcomeCode(attempt)).toBe('caller.unauthenticated')
    expect(started).toEqual(['request'])
  })

  test('rejects the key of an archived user, whatever was read', async () => {
    const archive = update(users, { where: { id: userId }, set: { archivedAt: 1 } })
    await services.storage.commit(batch(archive))
    expect(await outcomeCode(admit({ authorization: key }))).toBe('caller.unauthenticated')
    expect(await outcomeCode(admit({ authorization: key }, { fails: true }))).toBe('caller.unauthenticated')
  })

  test('reports a failed read to the operation, and gives no rows if there was nothing to read', async () => {
    const caller = await admit({ authorization: key }, { fails: true })
    await expect(reading.rowsFor(caller)).rejects.toThrow('read failed')
    expect(reading.rowsFor(await admit({ authorization: key }, 'nothing to read'))).toBeUndefined()
  })
})

import { beforeEach, describe, expect, test } from 'vitest'
import { openMessage } from '../../platform/outbox/outbox-write.ts'
import { outbox } from '../../platform/outbox/table.ts'
import { events } from '../../platform/events/table.ts'
import { createUsersApi } from '../../identity/users/api.ts'
import type { Services } from '../../platform/services.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { maintainPayments } from '../maintenance.ts'
import { resolvePaymentSettings } from '../settings.ts'
import { changePassword, logIn } from '../users/log-in.ts'
import { registerPaymentUser } from '../users/register.ts'
import { authenticateApiKey } from './api-keys.ts'
import { counterRetentionMs, knownSources } from './attempt-lanes.ts'
import { credentialAttempts } from './attempt-table.ts'
import { countAttempt } from './count-attempt.ts'
import { setPaymentPin, verifyPaymentPin } from './lock-pin.ts'
import { paymentsLockout } from './unlock.ts'

const tenant = 't'
const email = 'ann@example.org'
const password = 'correct horse battery'
const minute = 60_000
const day = 24 * 60 * minute
const host = { tenant, id: 'host' }

let services: Services
let time: number
let userId: string

const from = (source: string) => ({ tenant, id: 'anonymous', source, isAnonymous: true })

function login(source: string, typed = password, apiKey?: string) {
  const settings = resolvePaymentSettings()
  const input = { email, password: typed, imei: 'phone', appid: '1', encrypted: false, apiKey }
  return logIn({ services, settings }, from(source), input)
}

/** Ten wrong passwords from each of these addresses. */
async function attack(...sources: readonly string[]): Promise<void> {
  for (const source of sources)
    for (let attempt = 0; attempt < 10; attempt++)
      expect(await outcomeCode(login(source, `wrong password ${attempt}`))).toBe('password.incorrect')
}

async function lockMessages(): Promise<readonly unknown[]> {
  const rows = await services.storage.find(outbox, { where: { topic: 'security.credential-locked' } })
  return Promise.all(rows.map(async (row) => (await openMessage(services, row)).payload))
}

beforeEach(async () => {
  time = Date.UTC(2026, 0, 1)
  services = { ...testServices(), now: () => time, failedAttemptLimit: { limit: 1_000_000, windowSeconds: 600 } }
  const contacts = { email, phone: '+15550100', username: 'ann' }
  const profile = { firstName: 'A', lastName: 'B', address: '', dob: '1990-01-01' }
  userId = (await registerPaymentUser(services, from('192.0.2.1'), { ...contacts, ...profile, password })).userId
})

describe('wrong passwords of strangers', () => {
  test('do not lock out the user at an address where they have logged in before', async () => {
    await login('192.0.2.1')
    await attack('198.51.100.1', '198.51.100.2', '198.51.100.3')
    expect(await outcomeCode(login('192.0.2.1'))).toBe('done')
    time += 30 * day
    await attack('198.51.100.4', '198.51.100.5')
    expect(await outcomeCode(login('192.0.2.1'))).toBe('done')
  })

  test('do not lock out a device with an API key at a new address, even one that strangers use', async () => {
    const { apiKey } = await login('192.0.2.1')
    await attack('198.51.100.1')
    expect(await outcomeCode(login('203.0.113.1'))).toBe('password.incorrect')
    const { apiKey: second } = await login('203.0.113.1', password, apiKey)
    const { apiKey: third } = await login('198.51.100.1', password, second)
    const key = await authenticateApiKey(services, tenant, third)
    const caller = { tenant, id: userId, source: '198.51.100.1', credentialId: key.id }
    await changePassword(services, caller, key, { oldPassword: password, password: 'another horse battery' })
  })

  test('lock other addresses for 15 minutes, and the right password has the reply of a wrong one', async () => {
    await attack('198.51.100.1')
    expect(await outcomeCode(login('203.0.113.1'))).toBe('password.incorrect')
    time += 15 * minute
    expect(await outcomeCode(login('203.0.113.1'))).toBe('done')
  })

  test('cannot use the API key of another user to pass the lock', async () => {
    const contacts = { email: 'eve@example.org', phone: '+15550101', username: 'eve' }
    const profile = { firstName: 'E', lastName: 'E', address: '', dob: '1990-01-01' }
    await registerPaymentUser(services, from('198.51.100.9'), { ...contacts, ...profile, password })
    const input = { email: contacts.email, password, imei: 'eve', appid: '1', encrypted: false }
    const { apiKey } = await logIn({ services, settings: resolvePaymentSettings() }, from('198.51.100.9'), input)
    await attack('198.51.100.1')
    expect(await outcomeCode(login('203.0.113.1', password, apiKey))).toBe('password.incorrect')
  })

  test('from a known address lock that address only, not a device with an API key there', async () => {
    const { apiKey } = await login('192.0.2.1')
    await attack('192.0.2.1')
    expect(await outcomeCode(login('192.0.2.1'))).toBe('password.incorrect')
    expect(await outcomeCode(login('192.0.2.1', password, apiKey))).toBe('done')
    expect(await outcomeCode(login('203.0.113.1'))).toBe('done')
  })

  test('are reported to the user once per attack, with an event', async () => {
    await attack('198.51.100.1')
    time += 15 * minute
    await attack('198.51.100.2')
    expect(await lockMessages()).toEqual([
      { userId, email, phone: '+15550100', at: Date.UTC(2026, 0, 1), credential: 'password', lockedFor: 'new-sources' },
    ])
    const rows = await services.storage.find(events, { where: { type: 'payment-credential.locked' } })
    expect(rows).toHaveLength(1)
  })

  test('end with an unlock by the host', async () => {
    await attack('198.51.100.1')
    await createUsersApi(services, [], () => host, [paymentsLockout]).unlock(userId)
    expect(await outcomeCode(login('203.0.113.1'))).toBe('done')
  })
})

describe('an address where a user has logged in', () => {
  test('is known for 90 days after the last login there', async () => {
    await login('192.0.2.1')
    time += knownSources.milliseconds - 1
    await attack('198.51.100.1')
    expect(await outcomeCode(login('192.0.2.1'))).toBe('done')
    time += knownSources.milliseconds
    await attack('198.51.100.1')
    expect(await outcomeCode(login('192.0.2.1'))).toBe('password.incorrect')
  })

  test('is forgotten when the user has logged in at ten others since', async () => {
    for (let number = 1; number <= knownSources.max + 1; number++) {
      time++
      await login(`192.0.2.${number}`)
    }
    await attack('198.51.100.1')
    expect(await outcomeCode(login('192.0.2.1'))).toBe('password.incorrect')
    expect(await outcomeCode(login('192.0.2.2'))).toBe('done')
  })

  test('is stored as a keyed hash only', async () => {
    await login('192.0.2.1')
    expect(JSON.stringify(await services.storage.find(credentialAttempts))).not.toMatch(/192\.0|ann|anonymous/)
  })

  test('and counters of attempts are deleted when they have expired', async () => {
    await login('192.0.2.1')
    await attack('198.51.100.1')
    time += 2 * counterRetentionMs
    await maintainPayments({ services, settings: resolvePaymentSettings() })
    expect(await services.storage.find(credentialAttempts)).toHaveLength(1)
    time += knownSources.milliseconds
    await maintainPayments({ services, settings: resolvePaymentSettings() })
    expect(await services.storage.find(credentialAttempts)).toEqual([])
  })
})

describe('the number of guesses', () => {
  /** Tries every minute from every address until it is refused, and counts the guesses that are checked. */
  async function countGuesses(addresses: number, days: number, kind: 'password' | 'pin'): Promise<readonly number[]> {
    const perDay: number[] = []
    for (let today = 0; today < days; today++) {
      let guesses = 0
      for (const end = time + day; time < end; time += 15 * minute)
        for (let number = 0; number < addresses; number++)
          for (let isRefused = false; !isRefused; guesses += isRefused ? 0 : 1)
            ({ isRefused } = await countAttempt(services, from(`address ${number}`), { userId, kind }, `${time}`))
      perDay.push(guesses)
    }
    return perDay
  }

  test('at a password from one address is 70 on the first day, and 10 a day from then on', async () => {
    expect(await countGuesses(1, 3, 'password')).toEqual([70, 10, 10])
  })

  test.each([30, 100])(
    'at a password from %i addresses is 260 on the first day and then 240 a day, however many they are',
    async (addresses) => {
      expect(await countGuesses(addresses, 2, 'password')).toEqual([260, 240])
    },
  )

  test('at a password increases by 70 and then by 10 a day for each known address that an attacker shares', async () => {
    await login('address 0')
    await login('address 1')
    expect(await countGuesses(30, 2, 'password')).toEqual([260 + 2 * 70, 240 + 2 * 10])
  })

  test('at a PIN is ten in all, from any number of addresses', async () => {
    expect(await countGuesses(30, 2, 'pin')).toEqual([10, 0])
  })

  test('does not increase with parallel attempts in two processes', async () => {
    const attempts = Array.from({ length: 60 }, (_, index) =>
      countAttempt({ ...services }, from(`address ${index}`), { userId, kind: 'password' }, `${index}`),
    )
    const checked = (await Promise.all(attempts)).filter(({ isRefused }) => !isRefused)
    expect(checked.length).toBeLessThanOrEqual(10)
    expect(checked.length).toBeGreaterThan(0)
  })
})

describe('a locked PIN', () => {
  test('stays locked until it is replaced with the password or unlocked by the host, and is reported to the user', async () => {
    const caller = { tenant, id: userId, source: '192.0.2.1', credentialId: 'key' }
    const check = (pin: string) => outcomeCode(verifyPaymentPin(services, caller, userId, pin))
    await setPaymentPin(services, caller, userId, '7765', {})
    for (let wrong = 0; wrong < 10; wrong++) expect(await check('1111')).toBe('pin.incorrect')
    expect(await check('7765')).toBe('pin.incorrect')
    expect(await lockMessages()).toMatchObject([{ userId, credential: 'pin', lockedFor: 'everybody' }])
    await createUsersApi(services, [], () => host, [paymentsLockout]).unlock(userId)
    expect(await check('7765')).toBe('done')
    for (let wrong = 0; wrong < 10; wrong++) await check('1111')
    time += 365 * day
    expect(await check('7765')).toBe('pin.incorrect')
    await setPaymentPin(services, caller, userId, '8876', { password })
    expect(await check('8876')).toBe('done')
  })
})

import { beforeEach, describe, expect, test } from 'vitest'
import { contactVerified } from '../../identity/users/contacts/contact-verified.ts'
import { createPasswordHasher, parsePhc } from '../../kernel/crypto/index.ts'
import { memoryStorage, type Storage } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { credentialAttempts } from '../credentials/attempt-table.ts'
import { resolvePaymentSettings } from '../settings.ts'
import { paymentCredentials } from '../tables.ts'
import { authenticateApiKey } from '../credentials/api-keys.ts'
import { changePassword, logIn } from './log-in.ts'
import { registerPaymentUser } from './register.ts'

const tenant = 't'
const email = 'ann@example.org'
const settings = resolvePaymentSettings()
const actor = { tenant, id: 'anonymous', source: '192.0.2.1', isAnonymous: true }

let services: Services
/** The slow hashes and the storage operations since the test cleared them. */
let hashes: number
let work: string[]

beforeEach(() => {
  const inner = memoryStorage()
  const storage: Storage = {
    find: (table, query) => {
      work.push(`find ${table.name}`)
      return inner.find(table, query)
    },
    commit: (batch) => {
      work.push(`commit ${[...new Set(batch.writes.map(({ kind, table }) => `${kind} ${table.name}`))].join(', ')}`)
      return inner.commit(batch)
    },
  }
  ;[hashes, work] = [0, []]
  const plain = testServices(storage)
  const hasher = createPasswordHasher({ cost: plain.passwordHasher.cost })
  const deriveUnqueued: typeof hasher.deriveUnqueued = (...inputs) => {
    hashes++
    return hasher.deriveUnqueued(...inputs)
  }
  const unlimited = { failedAttemptLimit: { limit: 1_000_000, windowSeconds: 600 } }
  services = { ...plain, ...unlimited, passwordHasher: { ...hasher, deriveUnqueued } }
})

let number = 0
/** Registers a user who claims the email, with a password that nobody else has. */
async function register(claimed = email, password = `correct horse ${++number}`) {
  const contacts = { email: claimed, phone: `+1555${1000 + ++number}`, username: `user${number}` }
  const profile = { firstName: 'A', lastName: 'B', address: '', dob: '1990-01-01' }
  const { userId } = await registerPaymentUser(services, actor, { ...contacts, ...profile, password })
  return { userId, password }
}

const login = (password: string, imei = 'phone', named = email) =>
  logIn({ services, settings }, actor, { email: named, password, imei, appid: '1', encrypted: false })

/** The work of a login with a wrong password, once the counters exist. */
async function measure(named: string) {
  await outcomeCode(login('a wrong password', 'phone', named))
  ;[hashes, work] = [0, []]
  expect(await outcomeCode(login('a wrong password', 'phone', named))).toBe('password.incorrect')
  return { hashes, work: [...work] }
}

describe('a login with an email that nobody has verified', () => {
  test('takes one slow hash and the same storage operations, however many users claim it', async () => {
    const nobody = await measure('nobody@example.org')
    expect(nobody.hashes).toBe(1)
    for (const claimants of [1, 2, 5, 6]) {
      const claimed = `claimed-by-${claimants}@example.org`
      for (let count = 0; count < claimants; count++) await register(claimed)
      expect(await measure(claimed)).toEqual(nobody)
    }
    const { userId } = await register('bob@example.org')
    await contactVerified(services, actor, userId, { kind: 'email', value: 'bob@example.org' }, 'host')
    expect(await measure('bob@example.org')).toEqual(nobody)
  })

  test('takes one slow hash after a password was changed', async () => {
    const [first, second] = [await register(), await register()]
    const { apiKey } = await login(second.password)
    const key = await authenticateApiKey(services, tenant, apiKey)
    const caller = { ...actor, id: second.userId, credentialId: key.id }
    await changePassword(services, caller, key, { oldPassword: second.password, password: 'another horse battery' })
    hashes = 0
    await login('another horse battery')
    await login(first.password)
    expect(hashes).toBe(2)
  })

  test('compares passwords whose hashes differ in the database, though they are the same', async () => {
    await register(email, 'the same horse')
    await register(email, 'the same horse')
    const rows = await services.storage.find(paymentCredentials)
    const [one, other] = rows.map(({ phc }) => Buffer.from(parsePhc(phc).hash).toString('hex'))
    expect(one).not.toBe(other)
    expect(await outcomeCode(login('the same horse'))).toBe('done')
  })

  test('counts as a failed attempt at the users before the one whose password it is, and at none after', async () => {
    const users = [await register(), await register(), await register()]
    const countFailures = async () => {
      const rows = await services.storage.find(credentialAttempts, { where: { lane: 'strangers' } })
      return rows.map(({ failures }) => failures).toSorted((a, b) => b - a)
    }
    for (let time = 1; time <= 3; time++) await login(users[1]?.password ?? '', `phone ${time}`)
    // The second is known at this address after the first login, so that it has no attempt of a stranger.
    expect(await countFailures()).toEqual([3, 0, 0])
    expect(await outcomeCode(login('a wrong password', 'another phone'))).toBe('password.incorrect')
    expect(await countFailures()).toEqual([4, 1, 0])
  })
})

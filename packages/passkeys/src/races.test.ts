import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { passkeys } from './passkeys.ts'
import {
  addPasskey,
  challengeFor,
  createPasskeyUser,
  type CustodyClient,
  presentPasskey,
  readSalt,
  sendWithPasskey,
  signMessage,
  startCustody,
} from './test-fixtures/custody-client.ts'
import {
  createPasskeyBillfold,
  outcome,
  type PasskeyBillfold,
  relyingParty,
  testKeyring,
} from './test-fixtures/passkey-host.ts'
import { createSoftwareAuthenticator } from '@billfold/test-authenticator'
import { maxPasskeys } from './user-handles.ts'

const ip = '203.0.113.7'

describe.each(await listTestDatabases({ servers: 'always' }))('passkeys through two processes on $name', (database) => {
  const hosts: PasskeyBillfold[] = []
  const clients: CustodyClient[] = []
  let drop: () => Promise<void> = async () => {}

  beforeAll(async () => {
    const fresh = await database.create()
    drop = fresh.drop
    const { dialect } = database
    const keyring = testKeyring()
    const modules = [passkeys(relyingParty)] as const
    const pools = [fresh.connect(), fresh.connect()]
    for (const db of pools) {
      await migrate(db, { dialect, modules })
      const storage = kyselyStorage(db, { dialect })
      await storage.verify({ modules })
      const host = createPasskeyBillfold({}, { storage, keyring })
      hosts.push(host)
      clients.push(await startCustody(host))
    }
  })
  afterAll(async () => {
    for (const client of clients) client.close()
    await drop()
  })

  const at = <T>(list: readonly T[], index: number): T => {
    const one = list[index % list.length]
    if (one === undefined) throw new Error('nothing was started')
    return one
  }
  const eightTimes = <T>(operation: (index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: 8 }, (_, index) => operation(index)))
  const createUser = async (): Promise<string> => {
    const { result } = await at(clients, 0).send('POST', '/api/users', {
      signingMethod: { type: 'PIN', value: '4711' },
    })
    return result.id
  }

  test('one of eight registrations with one challenge stores a passkey', async () => {
    const userId = await createUser()
    const options = await at(hosts, 0).passkeys.registrationOptions(userId, { userName: 'ada' })
    const results = await eightTimes((index) => {
      const response = createSoftwareAuthenticator().create(options)
      return outcome(at(hosts, index).passkeys.register(userId, response))
    })
    expect(results.toSorted()).toEqual(['done', ...Array(7).fill('passkey.challenge-invalid')])
    expect(await at(hosts, 1).passkeys.list(userId)).toHaveLength(1)
  })

  test('one of eight sign-ins with one challenge succeeds', async () => {
    const userId = await createUser()
    const authenticator = createSoftwareAuthenticator()
    const options = await at(hosts, 0).passkeys.registrationOptions(userId, { userName: 'ada' })
    await at(hosts, 0).passkeys.register(userId, authenticator.create(options))
    const challenge = await at(hosts, 0).passkeys.authenticationOptions({ ip })
    const response = authenticator.get(challenge)
    const results = await eightTimes((index) => outcome(at(hosts, index).passkeys.authenticate(response)))
    expect(results.toSorted()).toEqual(['done', ...Array(7).fill('passkey.challenge-invalid')])
  })

  test('one of eight sign-ins with one sign count and different challenges succeeds, the others are refused as copies', async () => {
    const userId = await createUser()
    const authenticator = createSoftwareAuthenticator()
    const creation = await at(hosts, 0).passkeys.registrationOptions(userId, { userName: 'ada' })
    const { id } = await at(hosts, 0).passkeys.register(userId, authenticator.create(creation))
    const signInConcurrently = async (signCount: number): Promise<string[]> => {
      const challenges = await eightTimes((index) => at(hosts, index).passkeys.authenticationOptions({ ip }))
      const responses = challenges.map((challenge) => authenticator.get(challenge, { signCount }))
      const results = await Promise.all(
        responses.map((response, index) => outcome(at(hosts, index).passkeys.authenticate(response))),
      )
      return results.toSorted()
    }
    expect(await signInConcurrently(0)).toEqual(Array(8).fill('done'))
    for (const [round, signCount] of [7, 8, 20].entries()) {
      expect(await signInConcurrently(signCount)).toEqual(['done', ...Array(7).fill('passkey.cloned')])
      const { records } = await at(hosts, 1).audit.search({ action: 'passkey.cloned', subject: id })
      expect(records).toHaveLength(7 * (round + 1))
    }
  })

  test('one of two requests with one sign count and different challenges is authorized, the other recorded as a copy', async () => {
    const authenticator = createSoftwareAuthenticator()
    const user = await createPasskeyUser(at(clients, 0), authenticator)
    const send = async (index: number, signCount: number) => {
      const request = signMessage(user, `message ${index}`)
      const options = await challengeFor(at(clients, index), user, request)
      const value = authenticator.deriveValue(readSalt(options))
      const passkey = authenticator.get(options, { signCount })
      const header = { 'signing-method': presentPasskey(user.methodId, passkey, value) }
      return () => at(clients, index).send(request.method, request.path, request.body, header)
    }
    for (let round = 1; round <= 4; round++) {
      const sends = await Promise.all([0, 1].map((index) => send(index, round * 10)))
      const replies = await Promise.all(sends.map((start) => start()))
      expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403])
      const { records } = await at(hosts, 0).audit.search({ action: 'passkey.cloned' })
      expect(records.filter(({ detail }) => detail?.['userId'] === user.userId)).toHaveLength(round)
    }
  })

  test('one of eight requests with one challenge is authorized', async () => {
    const authenticator = createSoftwareAuthenticator()
    const user = await createPasskeyUser(at(clients, 0), authenticator)
    const request = signMessage(user, 'once')
    const options = await challengeFor(at(clients, 0), user, request)
    const value = authenticator.deriveValue(readSalt(options))
    const header = { 'signing-method': presentPasskey(user.methodId, authenticator.get(options), value) }
    const replies = await eightTimes((index) =>
      at(clients, index).send(request.method, request.path, request.body, header),
    )
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, ...Array(7).fill(403)])
    expect((await sendWithPasskey(at(clients, 1), authenticator, user, request)).status).toBe(200)
  })

  test('no more passkeys than allowed are stored at once', async () => {
    const userId = await createUser()
    const attempt = async (index: number) => {
      const { passkeys: functions } = at(hosts, index)
      // Refused here already, if the others are done.
      const options = await functions.registrationOptions(userId, { userName: 'ada' })
      return functions.register(userId, createSoftwareAuthenticator().create(options))
    }
    const register = (index: number) => outcome(attempt(index))
    for (let count = 0; count < maxPasskeys - 2; count++) await register(count)
    const results = await eightTimes(register)
    expect(results.filter((result) => result === 'done')).toHaveLength(2)
    expect(new Set(results)).toEqual(new Set(['done', 'passkey.limit-reached']))
    expect(await at(hosts, 0).passkeys.list(userId)).toHaveLength(maxPasskeys)
  })

  test('an erasure and a registration at once leave nothing', async () => {
    for (let round = 0; round < 10; round++) {
      const userId = await createUser()
      const options = await at(hosts, 0).passkeys.registrationOptions(userId, { userName: 'ada' })
      const response = createSoftwareAuthenticator().create(options)
      await Promise.all([
        at(hosts, 0).users.erase(userId),
        at(hosts, 1)
          .passkeys.register(userId, response)
          .catch(() => undefined),
      ])
      expect(await at(hosts, 0).passkeys.list(userId)).toEqual([])
    }
  })

  test('a deletion of the method and its use at once leave no passkey', async () => {
    const authenticator = createSoftwareAuthenticator()
    const user = await createPasskeyUser(at(clients, 0), authenticator)
    const path = `/api/users/${user.userId}/signing-methods/${user.methodId}`
    const [deleted, used] = await Promise.all([
      at(clients, 0).send('DELETE', path, undefined, { 'signing-method': user.pin }),
      sendWithPasskey(at(clients, 1), authenticator, user, signMessage(user, 'last')).catch(() => undefined),
    ])
    expect(deleted.status).toBe(200)
    expect([200, 403, undefined]).toContain(used?.status)
    expect(await at(hosts, 0).passkeys.list(user.userId)).toEqual([])
    expect((await addPasskey(at(clients, 0), authenticator, user.userId, user.pin)).status).toBe(200)
  })
})

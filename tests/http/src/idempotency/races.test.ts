import { type Billfold, createBillfold, localKeyring, newKey, createPasswordHasher, type Storage } from '@billfold/core'
import type { MountableApi } from '@billfold/core/http'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { createEncryptingClient } from '../authentication/encrypting-client.ts'
import { logInApplicant } from '../onboarding/applicant.ts'
import { basicAuthorization } from '../basic-authorization.ts'
import { registration } from '../payments/payments-client.ts'

const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })

function hostOver(storage: Storage): Billfold {
  return createBillfold({
    storage,
    keyring,
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
    }),
    payments: { registrationLimit: { limit: 1000, windowSeconds: 600 } },
    onboarding: { templates: [{ id: 'account', name: 'Account', attributes: [] }] },
  })
}

interface Case {
  readonly name: string
  readonly api: (billfold: Billfold) => MountableApi
  readonly method?: string
  readonly path: string
  readonly json: unknown
  readonly by: 'service key' | 'wallet' | 'nobody'
}

/** A route of each API with plain bodies, whose reply has a unique id. */
const cases: readonly Case[] = [
  {
    name: 'a user with emergency codes, whose secrets are in the reply',
    api: ({ custody }) => custody,
    path: '/api/users',
    json: { signingMethod: { type: 'PIN', value: '4711' } },
    by: 'service key',
  },
  {
    name: 'a DID',
    api: ({ dids }) => dids,
    path: '/wallet',
    json: { wallet: { walletName: 'one' } },
    by: 'service key',
  },
  {
    name: 'a payer',
    api: ({ payments }) => payments,
    path: '/api/v1/lokdon/register',
    json: registration(),
    by: 'nobody',
  },
  {
    name: 'an application',
    api: ({ onboarding }) => onboarding,
    path: '/users',
    json: { attributes: [] },
    by: 'wallet',
  },
]

describe.each(await listTestDatabases())('concurrent calls under one key over two hosts on $name', (database) => {
  let hosts: readonly [Billfold, Billfold]
  let drop: () => Promise<void> = async () => {}
  let service = ''

  beforeAll(async () => {
    const fresh = await database.create()
    ;({ drop } = fresh)
    const { dialect } = database
    const pools = [fresh.connect(), fresh.connect()] as const
    await migrate(pools[0], { dialect })
    hosts = [hostOver(kyselyStorage(pools[0], { dialect })), hostOver(kyselyStorage(pools[1], { dialect }))]
    const scopes = ['custody', 'dids', 'dids:sign']
    const { keyId, keySecret } = await hosts[0].serviceKeys.create({ tag: 'races', scopes })
    service = basicAuthorization(keyId, keySecret)
  })
  afterAll(() => drop())

  test.each(cases)('create $name once', async ({ api, method = 'POST', path, json, by }) => {
    const [one, other] = [inMemoryDriver(api(hosts[0])), inMemoryDriver(api(hosts[1]))]
    const authorization =
      by === 'service key' ? service : by === 'wallet' ? `Bearer ${(await logInApplicant(one)).jwt}` : undefined
    const headers = {
      'idempotency-key': crypto.randomUUID(),
      ...(authorization !== undefined && { authorization }),
    }
    const call = (index: number) => (index % 2 === 0 ? one : other).request(method, path, { headers, json })
    const calls = await Promise.all(Array.from({ length: 20 }, (_, index) => call(index)))
    const done = calls.filter(({ status }) => status < 300)
    expect(done.length).toBeGreaterThanOrEqual(1)
    expect(calls.filter(({ status }) => status >= 300 && status !== 409)).toEqual([])
    expect([...new Set(done.map(({ text }) => text))]).toHaveLength(1)
    expect(await call(1)).toMatchObject({ status: done[0]?.status, text: done[0]?.text })
  })

  test('that differ in the PIN only get the same reply, whether the PIN is right or wrong', async () => {
    const [one, other] = [inMemoryDriver(hosts[0].custody), inMemoryDriver(hosts[1].custody)]
    const headers = { 'idempotency-key': crypto.randomUUID(), authorization: service }
    const tryPin = (value: string, index: number) =>
      (index % 2 === 0 ? one : other).request('POST', '/api/users', {
        headers,
        json: { signingMethod: { type: 'PIN', value } },
      })
    const first = await tryPin('4711', 0)
    expect(first.status).toBe(200)
    const pins = ['4711', ...Array.from({ length: 40 }, (_, index) => String(1000 + index))]
    const repeats = await Promise.all(pins.map(tryPin))
    expect([...new Set(repeats.map(({ status, text }) => `${status} ${text}`))]).toEqual([`200 ${first.text}`])
    const otherwise = await one.request('POST', '/api/users', { headers, json: { reference: 'another' } })
    expect(otherwise.status).toBe(422)
  })

  test('create a session once although each repeat has its own encryption and request id', async () => {
    const { licence } = await hosts[0].licences.create({ tag: 'races' })
    await hosts[0].authentication.configurations.create({
      tag: 'still',
      community: 'default',
      liveness: 'none',
      pin: 'never',
    })
    const one = await createEncryptingClient(inMemoryDriver(hosts[0].authentication), { licence })
    const both = [
      one,
      await createEncryptingClient(inMemoryDriver(hosts[1].authentication), { licence, pair: one.keyPair }),
    ] as const
    const session = { dvcID: 'still', metadata: { basket: 1 } }
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const call = (index: number) =>
      both[index % 2 === 0 ? 0 : 1].send('PUT', '/sessions/session/new', { headers, data: session })
    const calls = await Promise.all(Array.from({ length: 20 }, (_, index) => call(index)))
    const done = calls.filter(({ status }) => status < 300)
    expect(calls.filter(({ status }) => status >= 300 && status !== 409).map(({ text }) => text)).toEqual([])
    expect([...new Set(done.map(({ decrypted }) => JSON.stringify(decrypted)))]).toHaveLength(1)
    expect((await call(1)).decrypted).toEqual(done[0]?.decrypted)
    const otherwise = both[0].send('PUT', '/sessions/session/new', { headers, data: { ...session, metadata: {} } })
    expect((await otherwise).status).toBe(422)
  })
})

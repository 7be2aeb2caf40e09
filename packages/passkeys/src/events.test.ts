import { type BillfoldEvent, createBillfold, createPasswordHasher, memoryStorage } from '@billfold/core'
import type { Batch, Storage } from '@billfold/core/storage'
import { createSoftwareAuthenticator, type SoftwareAuthenticator } from '@billfold/test-authenticator'
import { createTestUser } from '@billfold/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { passkeyEvents } from './declarations.ts'
import { passkeys } from './passkeys.ts'
import { addPasskey, startCustody } from './test-fixtures/custody-client.ts'
import { outcome, relyingParty, testKeyring } from './test-fixtures/passkey-host.ts'

const ip = '203.0.113.7'

/** A storage in memory that records what is committed, and can fail the commits that write an event. */
function recordingStorage() {
  const memory = memoryStorage()
  const batches: Batch[] = []
  let failing: string | undefined
  const eventsOf = ({ writes }: Batch): readonly string[] =>
    writes.flatMap((write) =>
      write.kind === 'insert' && write.table.name === 'events' ? [String(write.row['type'])] : [],
    )
  const storage: Storage = {
    ...memory,
    commit: async (batch) => {
      if (failing !== undefined && eventsOf(batch).includes(failing)) throw new Error('the database is down')
      await memory.commit(batch)
      batches.push(batch)
    },
  }
  return {
    storage,
    batchesWith: (type: string) => batches.filter((batch) => eventsOf(batch).includes(type)),
    failCommitsWith: (type: string) => {
      failing = type
    },
  }
}

/** Topics of the messages to users in a batch. */
function topicsIn({ writes }: Batch): readonly unknown[] {
  return writes.flatMap((write) =>
    write.kind === 'insert' && write.table.name === 'outbox' ? [write.row['topic']] : [],
  )
}

function createHost() {
  const recording = recordingStorage()
  const delivered: BillfoldEvent[] = []
  const billfold = createBillfold({
    storage: recording.storage,
    keyring: testKeyring(),
    passwordHasher: createPasswordHasher({ cost: { logN: 4, r: 1, p: 1 } }),
    events: { handle: (event) => void delivered.push(event) },
    modules: [passkeys(relyingParty)],
  })
  return { ...recording, billfold, delivered }
}

let host: ReturnType<typeof createHost>
let userId: string
let authenticator: SoftwareAuthenticator

beforeEach(async () => {
  host = createHost()
  userId = await createTestUser(host.storage)
  authenticator = createSoftwareAuthenticator()
})

async function register(): Promise<string> {
  const options = await host.billfold.passkeys.registrationOptions(userId, { userName: 'ada' })
  return (await host.billfold.passkeys.register(userId, authenticator.create(options))).id
}

async function signIn(signCount?: number): Promise<unknown> {
  const options = await host.billfold.passkeys.authenticationOptions({ ip })
  return host.billfold.passkeys.authenticate(authenticator.get(options, signCount === undefined ? {} : { signCount }))
}

/** What emits each event. Returns the data that is expected. */
const triggers: Readonly<Record<keyof typeof passkeyEvents, () => Promise<() => Promise<object>>>> = {
  'passkey.created': () => Promise.resolve(async () => ({ passkeyId: await register(), userId, opensKeys: false })),
  'passkey.removed': async () => {
    const passkeyId = await register()
    return async () => {
      await host.billfold.passkeys.remove(userId, passkeyId)
      return { passkeyId, userId }
    }
  },
  'passkey.cloned': async () => {
    const passkeyId = await register()
    await signIn(7)
    return async () => {
      // What was written is asked for, whatever the answer is.
      if ((await outcome(signIn(7))) !== 'passkey.cloned') throw new Error('the copy was not refused')
      return { passkeyId, userId }
    }
  },
}

const types = ['passkey.created', 'passkey.removed', 'passkey.cloned'] as const

test('every event of the module is triggered here', () => {
  expect([...types].toSorted()).toEqual(Object.keys(passkeyEvents).toSorted())
})

describe.each(types)('%s', (type) => {
  test('is written once in the commit of its action, and delivered with the data of the catalogue', async () => {
    const trigger = await triggers[type]()
    const expected = await trigger()
    const batches = host.batchesWith(type)
    expect(batches).toHaveLength(1)
    expect(batches[0]?.writes.some(({ table }) => table.name !== 'events')).toBe(true)
    await host.billfold.deliver()
    const own = host.delivered.filter((event) => event.type === type)
    expect(own.map(({ data }) => data)).toEqual([expected])
    expect(own.map(({ data }) => passkeyEvents[type].data.strict().parse(data))).toEqual([expected])
  })

  test('notifies the user in the same commit, once', async () => {
    const trigger = await triggers[type]()
    await trigger()
    expect(host.batchesWith(type).map(topicsIn)).toEqual([[type.replace('passkey.', 'security.passkey-')]])
  })

  test('is not written if the commit of its action fails', async () => {
    const trigger = await triggers[type]()
    host.failCommitsWith(type)
    await expect(trigger()).rejects.toThrow('the database is down')
    expect(host.batchesWith(type)).toEqual([])
  })
})

describe('a passkey that opens keys', () => {
  test('is created and removed with its signing method, and the events say so', async () => {
    const client = await startCustody(host.billfold)
    const { result: user } = await client.send('POST', '/api/users', { signingMethod: { type: 'PIN', value: '4711' } })
    const byPin = `${user.signingMethods[0]?.id}:4711`
    const { result: method } = await addPasskey(client, authenticator, user.id, byPin)
    const path = `/api/users/${user.id}/signing-methods/${method.id}`
    expect((await client.send('DELETE', path, undefined, { 'signing-method': byPin })).status).toBe(200)
    const topics = [...host.batchesWith('passkey.created'), ...host.batchesWith('passkey.removed')].flatMap(topicsIn)
    expect(topics).toEqual(['security.signing-method-created', 'security.signing-method-removed'])
    await host.billfold.deliver()
    const own = host.delivered.filter(({ type }) => type.startsWith('passkey.'))
    expect(own.map(({ type, data }) => ({ type, data }))).toMatchObject([
      { type: 'passkey.created', data: { userId: user.id, opensKeys: true } },
      { type: 'passkey.removed', data: { userId: user.id } },
    ])
    client.close()
  })
})

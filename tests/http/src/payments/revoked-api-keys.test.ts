import { memoryStorage, type Storage, tables } from '@billfold/core'
import { describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import {
  callEndpoint,
  confirmPayment,
  createPayment,
  createPaymentsHost,
  creditUser,
  getBalance,
  type PaymentsReply,
  type PaymentsUser,
  registerUser,
  registration,
} from './payments-client.ts'

const lockPin = '12345678M32ABCDEFGH'
/** A proof key: the generator of secp256k1, compressed. */
const proof_key = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'

/** Creates a host whose storage runs another operation before one of the calls of an operation, and counts the calls up to the last commit. */
async function world(requirePin = false) {
  const memory = memoryStorage()
  let [calls, committed] = [0, 0]
  let before: { readonly call: number; readonly act: () => Promise<unknown> } | undefined
  const next = async (): Promise<void> => {
    calls += 1
    if (before?.call !== calls) return
    const { act } = before
    before = undefined
    await act()
  }
  const storage: Storage = {
    find: async (table, query) => {
      await next()
      return memory.find(table, query)
    },
    commit: async (batch) => {
      await next()
      committed = calls
      await memory.commit(batch)
    },
  }
  const host = await createPaymentsHost(storage, { payments: { requirePin } })
  const client = inMemoryDriver(host.billfold.payments)
  /** Runs an operation with another one before its n-th storage call, and returns its reply and number of calls. */
  const during = async (call: number, other: () => Promise<unknown>, act: () => Promise<PaymentsReply>) => {
    calls = 0
    before = { call, act: other }
    const reply = await act()
    before = undefined
    return { reply, calls: committed }
  }
  const listRows = async (table: string, userId: string) => {
    const found = tables.find(({ name }) => name === table)
    if (found === undefined) throw new Error(`there is no table ${table}`)
    return memory.find(found, { where: { userId } })
  }
  const rich = async (): Promise<PaymentsUser> => {
    const person = await registerUser(client)
    await creditUser(client, host.serviceAuthorization, person, '10', `rich-${person.email}`)
    return person
  }
  return { ...host, client, during, listRows, rich }
}

type World = Awaited<ReturnType<typeof world>>

/** Operations that an api key authorizes: each prepares and returns the operation and its user. */
const operations: Readonly<
  Record<string, (world: World) => Promise<{ readonly who: PaymentsUser; readonly act: () => Promise<PaymentsReply> }>>
> = {
  'creates a payment': async ({ client, rich }) => {
    const [who, to] = [await rich(), await registerUser(client)]
    return { who, act: () => createPayment(client, who, to, '1') }
  },
  'creates a payment under a reference': async ({ client, rich }) => {
    const [who, to] = [await rich(), await registerUser(client)]
    return { who, act: () => createPayment(client, who, to, '1', { transaction_reference: `p-${who.email}` }) }
  },
  'confirms as the sender': async ({ client, rich }) => {
    const [from, to] = [await rich(), await registerUser(client)]
    const session: string = (await createPayment(client, from, to, '1')).data.sessionid
    await confirmPayment(client, 'A', { from, to, amount: '1', session })
    return { who: from, act: () => confirmPayment(client, 'B', { from, to, amount: '1', session }) }
  },
  'confirms as the receiver': async ({ client, rich }) => {
    const [from, to] = [await rich(), await registerUser(client)]
    const session: string = (await createPayment(client, from, to, '1')).data.sessionid
    return { who: to, act: () => confirmPayment(client, 'A', { from, to, amount: '1', session }) }
  },
  withdraws: async ({ client, rich }) => {
    const who = await rich()
    const withdrawal = { transaction_type: 'WITHDRAWAL', amount: '1', currency: 'USD', payment_gateway: 'test' }
    const { email, apikey } = who
    const body = { ...withdrawal, email, apikey, transaction_reference: `w-${email}` }
    return { who, act: () => callEndpoint(client, 'create_transaction', body) }
  },
  'sets the first PIN': async ({ client, rich }) => {
    const { email, apikey, ...who } = await rich()
    return {
      who: { email, apikey, ...who },
      act: () => callEndpoint(client, 'setpin', { email, apikey, mpin: '7765' }),
    }
  },
  'updates the profile': async ({ client, rich }) => {
    const who = await rich()
    return { who, act: () => callEndpoint(client, 'updateprofile', { apikey: who.apikey, address: '2 Main Street' }) }
  },
  'registers a proof key': async ({ client, rich }) => {
    const who = await rich()
    const { apikey, password } = who
    return { who, act: () => callEndpoint(client, 'updateprofile', { apikey, proof_key, password }) }
  },
  'replaces the password': async ({ client, rich }) => {
    const who = await rich()
    const { email, apikey, password } = who
    const body = { email, apikey, old_password: password, password: 'another horse of a thief' }
    return { who, act: () => callEndpoint(client, '/api/auth/changepass/', body) }
  },
  "requests the last part of a sender's PIN": async ({ client, rich }) => {
    const [from, who] = [await rich(), await registerUser(client)]
    const { email, apikey } = from
    await callEndpoint(client, 'setpin', { email, apikey, mpin: lockPin })
    await createPayment(client, from, who, '1')
    return { who, act: () => callEndpoint(client, 'getm3pin', { apikey: who.apikey, sender_email: email }) }
  },
}

/** Logs in on another device and returns a function that replaces the password there. */
async function logInOwner({ client }: World, { email, password }: PaymentsUser): Promise<() => Promise<PaymentsReply>> {
  const { data } = await callEndpoint(client, '/api/auth/login/', { email, password, appid: '2', imei: 'second' })
  const change = { apikey: data['api-key'], email, old_password: password, password: 'another horse 12345' }
  return () => callEndpoint(client, '/api/auth/changepass/', change)
}

describe.each(Object.entries(operations))('an api key that %s', (_name, prepared) => {
  it('is rejected once the password is replaced, at any storage call of the request', async () => {
    const host = await world()
    const alone = await prepared(host)
    const { reply, calls } = await host.during(0, async () => {}, alone.act)
    expect([reply.code, calls > 2]).toEqual(['0', true])
    for (let call = 1; call <= calls; call += 1) {
      const { who, act } = await prepared(host)
      const owner = await logInOwner(host, who)
      const changes: PaymentsReply[] = []
      const { reply: rejected } = await host.during(call, async () => changes.push(await owner()), act)
      expect([call, changes.map(({ code }) => code), rejected.status]).toEqual([call, ['0'], 401])
    }
    expect((await host.billfold.payments.checkConsistency()).findings).toEqual([])
  })

  it('is rejected once its owner is erased, and leaves no rows', async () => {
    const host = await world()
    const { calls } = await host.during(0, async () => {}, (await prepared(host)).act)
    const { who, act } = await prepared(host)
    const { id = '' } = (await host.billfold.users.find({ kind: 'email', value: who.email })) ?? {}
    // Just before its commit, after all its reads.
    const { reply } = await host.during(calls, () => host.billfold.users.erase(id), act)
    expect(reply.code).toBe('1')
    expect([await host.listRows('payment_credentials', id), await host.listRows('payment_api_keys', id)]).toEqual([
      [],
      [],
    ])
  })
})

describe('creating a wallet', () => {
  it('fails if the api key is revoked or the user erased meanwhile', async () => {
    const host = await world()
    const { client, during, listRows, billfold } = host
    const fresh = async () => {
      const form = registration()
      await callEndpoint(client, 'register', form)
      const { data } = await callEndpoint(client, '/api/auth/login/', { ...form, appid: '1' })
      const { email, imei, password, phone_number: phone } = form
      const apikey: string = data['api-key']
      const { id = '' } = (await billfold.users.find({ kind: 'email', value: email })) ?? {}
      return {
        who: { email, phone, password, apikey },
        id,
        act: () => callEndpoint(client, 'createwallet', { email, apikey, imei }),
      }
    }
    const { calls } = await during(0, async () => {}, (await fresh()).act)
    for (let call = 1; call <= calls; call += 1) {
      const [one, other] = [await fresh(), await fresh()]
      const rejected = [
        await during(call, await logInOwner(host, one.who), one.act),
        await during(call, () => billfold.users.erase(other.id), other.act),
      ]
      expect([call, rejected.map(({ reply }) => reply.code)]).toEqual([call, ['1', '1']])
      expect(await listRows('payment_wallets', one.id)).toEqual([])
      expect(await listRows('payment_wallets', other.id)).toEqual([])
    }
  })
})

describe('a replaced PIN', () => {
  it('is rejected like a wrong one at any storage call of createsession', async () => {
    const host = await world(true)
    const { client, during, rich } = host
    const prepare = async () => {
      const [who, to] = [await rich(), await registerUser(client)]
      const { email, apikey, password } = who
      await callEndpoint(client, 'setpin', { email, apikey, mpin: '7765' })
      return { who, to, replace: () => callEndpoint(client, 'setpin', { email, apikey, mpin: '8888', password }) }
    }
    const alone = await prepare()
    const { reply, calls } = await during(
      0,
      async () => {},
      () => createPayment(client, alone.who, alone.to, '1', { mpin: '7765' }),
    )
    expect([reply.code, calls > 2]).toEqual(['0', true])
    for (let call = 1; call <= calls; call += 1) {
      const { who, to, replace } = await prepare()
      const wrong = await createPayment(client, who, to, '1', { mpin: '0000' })
      const { reply: rejected } = await during(call, replace, () =>
        createPayment(client, who, to, '1', { mpin: '7765' }),
      )
      expect([call, rejected]).toEqual([call, wrong])
      expect(await getBalance(client, who)).toEqual({ balance: '10.25', held: '0.00' })
    }
  })
})

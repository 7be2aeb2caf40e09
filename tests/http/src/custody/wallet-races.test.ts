import type { Billfold } from '@billfold/core'
import { openTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { basic } from './custodian.ts'
import { twoInstances } from './two-instances.ts'

const pincode = '4711'
const privateKey = `0x${'1'.repeat(64)}`

interface Outcome {
  readonly status: number
  readonly text: string
}

/** Calls an operation of one of two instances that share a database, each over a connection of its own. */
type Call = (index: number, operation: string, body: object, params?: Record<string, string>) => Promise<Outcome>

async function callOf(instances: readonly [Billfold, Billfold]): Promise<Call> {
  const { keyId, keySecret } = await instances[0].serviceKeys.create({ tag: 'races', scopes: ['custody'] })
  return async (index, operation, body, params = {}) => {
    const api = instances[index % 2 === 0 ? 0 : 1].custody
    const route = api.routes.find(({ id }) => id === operation)
    if (route === undefined) throw new Error(`there is no operation ${operation}`)
    const { status, body: text } = await api.handle(route, {
      method: route.method,
      path: route.path,
      mount: '',
      params,
      query: '',
      headers: { authorization: basic(keyId, keySecret), 'content-type': 'application/json' },
      ip: '192.0.2.1',
      body: { kind: 'parsed', value: body },
      signal: new AbortController().signal,
    })
    return { status, text: typeof text === 'string' ? text : '' }
  }
}

describe.each(await openTestDatabases())('two hosts on $name', (database) => {
  let call: Call
  let drop: () => Promise<void> = async () => {}
  const userOf = async (): Promise<string> => {
    const { text } = await call(0, 'createUser', { signingMethod: { type: 'PIN', value: pincode } })
    return JSON.parse(text).result.id
  }

  beforeAll(async () => {
    const made = await twoInstances(database)
    drop = made.drop
    call = await callOf(made.instances)
  })
  afterAll(() => drop())

  it('import a key once, whoever is asked at the same moment', async () => {
    const userId = await userOf()
    const body = { importWalletType: 'ETHEREUM_PRIVATE_KEY', privateKey, pincode }
    const imports = Array.from({ length: 20 }, (_, index) =>
      call(index, 'importWallet', index % 3 === 0 ? body : { ...body, userId }),
    )
    const outcomes = await Promise.all(imports)
    expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(1)
    const refused = outcomes.filter(({ status }) => status !== 200)
    expect(refused.map(({ text }) => JSON.parse(text).errors[0].code)).toEqual(
      refused.map(() => 'wallet.import.duplicate'),
    )
  })

  it('have one primary wallet, whichever are made it at the same moment', async () => {
    const userId = await userOf()
    const made = []
    for (let index = 0; index < 4; index++)
      made.push(await call(index, 'createWallet', { secretType: 'ETHEREUM', userId, pincode }))
    const ids: readonly string[] = made.map(({ text }) => JSON.parse(text).result.id)
    const changes = ids.flatMap((walletId, index) =>
      [0, 1].map((host) => call(index + host, 'updateWalletMetadata', { primary: true }, { walletId })),
    )
    const statuses = (await Promise.all(changes)).map(({ status }) => status)
    expect(statuses).toContain(200)
    const now = await Promise.all(ids.map((walletId) => call(0, 'getWallet', {}, { walletId })))
    expect(now.filter(({ text }) => JSON.parse(text).result.primary === true)).toHaveLength(1)
  })
})

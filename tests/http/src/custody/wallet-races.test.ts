import { inMemoryDriver } from '../in-memory-driver.ts'
import type { Billfold } from '@billfold/core'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { basicAuthorization } from '../basic-authorization.ts'
import { callCustody, type CustodyReply } from './custody-host.ts'
import { createTwoInstances } from './two-instances.ts'

const pincode = '4711'
const privateKey = `0x${'1'.repeat(64)}`

/** Calls the custody API of one of two instances that share a database, each over its own connections. */
type Call = (index: number, method: string, path: string, body?: object) => Promise<CustodyReply>

async function createCall(instances: readonly [Billfold, Billfold]): Promise<Call> {
  const { keyId, keySecret } = await instances[0].serviceKeys.create({ tag: 'races', scopes: ['custody'] })
  const drivers = [inMemoryDriver(instances[0].custody), inMemoryDriver(instances[1].custody)] as const
  const authorization = basicAuthorization(keyId, keySecret)
  return (index, method, path, body) => callCustody(drivers[index % 2 === 0 ? 0 : 1], authorization, method, path, body)
}

describe.each(await listTestDatabases())('concurrent wallet changes over two instances on $name', (database) => {
  let call: Call
  let drop: () => Promise<void> = async () => {}
  const createUser = async (): Promise<string> =>
    (await call(0, 'POST', '/api/users', { signingMethod: { type: 'PIN', value: pincode } })).result.id

  beforeAll(async () => {
    const two = await createTwoInstances(database)
    drop = two.drop
    call = await createCall(two.instances)
  })
  afterAll(() => drop())

  it('import a private key once', async () => {
    const userId = await createUser()
    const body = { importWalletType: 'ETHEREUM_PRIVATE_KEY', privateKey, pincode }
    const imports = Array.from({ length: 20 }, (_, index) =>
      call(index, 'POST', '/api/wallets/import', index % 3 === 0 ? body : { ...body, userId }),
    )
    const replies = await Promise.all(imports)
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    const rejected = replies.filter(({ status }) => status !== 200)
    expect(rejected.map(({ codes }) => codes)).toEqual(rejected.map(() => ['wallet.import.duplicate']))
  })

  it('leave a user with one primary wallet', async () => {
    const userId = await createUser()
    const ids: string[] = []
    for (let index = 0; index < 4; index++)
      ids.push((await call(index, 'POST', '/api/wallets', { secretType: 'ETHEREUM', userId, pincode })).result.id)
    const changes = ids.flatMap((walletId, index) =>
      [0, 1].map((instance) => call(index + instance, 'PATCH', `/api/wallets/${walletId}`, { primary: true })),
    )
    const statuses = (await Promise.all(changes)).map(({ status }) => status)
    expect(statuses).toContain(200)
    const wallets = await Promise.all(ids.map((walletId) => call(0, 'GET', `/api/wallets/${walletId}`)))
    expect(wallets.filter(({ result }) => result.primary === true)).toHaveLength(1)
  })
})

import { memoryStorage, type Storage } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, expect, it } from 'vitest'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { balanceChain } from './balance-chain.ts'
import { createCustodyHost } from './custody-host.ts'
import { furtherEndpointsSuite } from './further-endpoints-suite.ts'
import { savedRequestsSuite } from './saved-requests-suite.ts'
import { createSuiteCalls, pin } from './suite-calls.ts'

let authorization = ''
let ahead = 0
const clock = {
  authorization: () => authorization,
  advance: (milliseconds: number) => {
    ahead += milliseconds
  },
}

async function createHost(storage: Storage) {
  const chainClients = { ETHEREUM: balanceChain() }
  const host = await createCustodyHost(storage, 'default', { chainClients }, { now: () => Date.now() + ahead })
  authorization = host.authorization
  return host.billfold.custody
}

describeMounted(
  'saved requests',
  () => createHost(memoryStorage()),
  (client) => {
    savedRequestsSuite(client, clock)
    furtherEndpointsSuite(client, clock.authorization)
  },
)

for (const { name, dialect, create } of await listTestDatabases()) {
  const drops: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const drop of drops) await drop()
  })
  describeMounted(
    `saved requests on ${name}`,
    async () => {
      const { connect, drop } = await create()
      drops.push(drop)
      const db = connect()
      await migrate(db, { dialect })
      return createHost(kyselyStorage(db, { dialect }))
    },
    (client) => {
      savedRequestsSuite(client, clock)
      furtherEndpointsSuite(client, clock.authorization)
    },
    {
      only: ({ framework, through, prefix, parser }) =>
        (framework === 'express 5' || framework === 'koa') && through === 'app' && prefix === '/id' && !parser,
    },
  )
}

it('a service key confirms a saved request alone where the host allows it', async () => {
  const { billfold, authorization: key } = await createCustodyHost(undefined, undefined, {
    savedRequests: { confirmation: 'service-key' },
  })
  const { call, createUserWithWallet } = createSuiteCalls(inMemoryDriver(billfold.custody), () => key)
  const { wallet } = await createUserWithWallet()
  const request = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: wallet.id, data: 'x' }
  const { result: saved } = await call('POST', '/api/signatures/build', request)
  const path = `/api/signatures/${saved.id}`
  const { result: ready } = await call('POST', `${path}/confirm`, { secretType: 'ETHEREUM' })
  expect(ready.signatureRequest.status).toBe('READY')
  expect(await call('POST', `${path}/sign`, {})).toMatchObject({ status: 403, codes: ['signing-method.required'] })
  expect((await call('POST', `${path}/sign`, { pincode: pin })).status).toBe(200)
})

import { createBillfold, localKeyring, type MountableApi, memoryStorage, newKey } from '@billfold/core'
import { fetchHandler } from '@billfold/fetch-adapter'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import {
  basicAuthorization,
  createAuthenticationClient,
  createCustodyClient,
  createDidsClient,
  createOnboardingClient,
  createPaymentsClient,
} from './index.ts'

const keyring = localKeyring({ keys: { 1: newKey() }, currentKeyId: '1' })
const billfold = createBillfold({ storage: memoryStorage(), keyring })

/** Options of a client whose requests the API handles in this process. */
function inProcess(api: MountableApi, headers: Readonly<Record<string, string>> = {}) {
  const handle = fetchHandler(api, { clientAddress: () => '127.0.0.1' })
  return {
    baseUrl: 'http://host.example',
    headers: { ...headers },
    fetch: (request: Request) => handle(request),
  }
}

describe('a custody client', () => {
  test('creates a user and a wallet, and gets errors in their type', async () => {
    const key = await billfold.serviceKeys.create({ tag: 'client', scopes: ['custody'] })
    const authorization = basicAuthorization(key.keyId, key.keySecret)
    const custody = createCustodyClient(inProcess(billfold.custody, { authorization }))

    const created = await custody.POST('/api/users', {
      body: { reference: 'ada', signingMethod: { type: 'PIN', value: '582914' } },
    })
    const user = created.data?.result
    expect(user).toMatchObject({ reference: 'ada', signingMethods: [{ type: 'PIN' }] })
    const method = `${user?.signingMethods?.[0]?.id ?? ''}:582914`
    const wallet = await custody.POST('/api/wallets', {
      params: { header: { 'signing-method': method } },
      body: { secretType: 'ETHEREUM', userId: user?.id ?? '' },
    })
    expect(wallet.error).toBeUndefined()
    const listed = await custody.GET('/api/wallets', { params: { query: { userId: user?.id ?? '' } } })
    expect(listed.data?.result.map(({ address }) => address)).toEqual([wallet.data?.result.address])

    const missing = await custody.GET('/api/users/{userId}', { params: { path: { userId: 'nobody' } } })
    expect(missing.response.status).toBe(404)
    expect(missing.error?.errors[0]?.code).toBe('user.not-found')
  })

  test('without a key gets 401', async () => {
    const { error, response } = await createCustodyClient(inProcess(billfold.custody)).GET('/api/users')
    expect([response.status, error?.success]).toEqual([401, false])
  })
})

describe('a redirect', () => {
  const listen = async (reply: (response: ServerResponse) => void) => {
    const seen: string[] = []
    const server = createServer((request, response) => {
      seen.push(String(request.url))
      reply(response)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
    return { url, seen, close: () => server.close() }
  }

  test.each([301, 302, 307, 308])(
    'with status %i takes neither a PIN nor a header to another server',
    async (status) => {
      const other = await listen((response) => response.end('{}'))
      const host = await listen((response) => response.writeHead(status, { location: `${other.url}/taken` }).end())
      const options = { baseUrl: host.url, headers: { 'signing-method': 'id:582914' } }
      try {
        const clients = [
          createCustodyClient(options),
          createPaymentsClient(options),
          createDidsClient(options),
        ] as const
        const calls = [
          clients[0].POST('/api/users', { body: { reference: 'a', signingMethod: { type: 'PIN', value: '582914' } } }),
          clients[1].GET('/publickeys'),
          clients[2].GET('/wallets', { params: { query: {} } }),
          createAuthenticationClient(options).GET('/healthz'),
          createOnboardingClient(options).GET('/templates'),
        ]
        const results = await Promise.allSettled(calls)
        expect(results.map((result) => result.status)).toEqual(calls.map(() => 'rejected'))
        expect(host.seen).toHaveLength(calls.length)
        expect(other.seen).toEqual([])
      } finally {
        host.close()
        other.close()
      }
    },
  )

  test('is followed where the caller asks for it', async () => {
    const other = await listen((response) => response.end('[]'))
    const host = await listen((response) => response.writeHead(307, { location: `${other.url}/moved` }).end())
    try {
      await createOnboardingClient({ baseUrl: host.url, redirect: 'follow' }).GET('/templates')
      expect(other.seen).toEqual(['/moved'])
    } finally {
      host.close()
      other.close()
    }
  })
})

test('the clients of the other APIs reach their public operations', async () => {
  const { data: health } = await createAuthenticationClient(inProcess(billfold.authentication)).GET('/healthz')
  expect(health?.status).toBeDefined()
  expect((await createPaymentsClient(inProcess(billfold.payments)).GET('/publickeys')).data).toBeDefined()
  expect((await createOnboardingClient(inProcess(billfold.onboarding)).GET('/templates')).data).toBeDefined()
  const dids = createDidsClient(inProcess(billfold.dids))
  expect((await dids.GET('/wallets', { params: { query: {} } })).response.status).toBe(401)
})

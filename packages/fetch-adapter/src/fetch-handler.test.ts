import { createServer } from 'node:http'
import { once } from 'node:events'
import { createBillfold, localKeyring, type Logger, memoryStorage, newKey, silentLogger } from '@billfold/core'
import { createMountableApi, jsonErrorReply, type MountableApi, type Reply, route } from '@billfold/core/http'
import { memoryRateLimiter } from '@billfold/core/rate-limits'
import { describe, expect, test } from 'vitest'
import { type FetchHandler, fetchHandler } from './fetch-handler.ts'

const clientAddress = () => '192.0.2.1'
const logged: string[] = []
const logger: Logger = { ...silentLogger, error: (_fields, message) => void logged.push(message) }

function createCustody() {
  const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
  return createBillfold({ storage: memoryStorage(), keyring, logger })
}

/** An API of one route. */
function probe(
  reply: (context: { readonly native?: unknown; readonly signal: AbortSignal; readonly ip: string }) => Promise<Reply>,
): MountableApi {
  const probed = route({
    id: 'probe',
    method: 'GET',
    path: '/probe',
    summary: 'Probes',
    guard: {
      name: 'open',
      security: [],
      schemes: {},
      admit: async () => ({ kind: 'anonymous', tenant: 'main', id: 'anonymous', scopes: new Set() }),
    },
    replies: {},
    handler: async (_input, context) => reply(context),
  })
  const bare = { name: 'probe', title: 'Probe', routes: [probed], errorReply: jsonErrorReply }
  return createMountableApi(bare, { logger, rateLimiter: memoryRateLimiter() })
}

const get = (path = '/probe') => new Request(`https://wallet.example${path}`)

describe('a host that exports a function for each method, as route handlers of Next.js do', () => {
  /** What Next.js declares for app/custody/[...path]/route.ts. */
  type RouteHandler = (
    request: Request,
    context: { readonly params: Promise<{ readonly path: string[] }> },
  ) => Promise<Response> | Response

  test('answers with one handler for all of them', async () => {
    const billfold = createCustody()
    const handler = fetchHandler(billfold.custody, { prefix: '/custody', clientAddress })
    const methods: Record<'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', RouteHandler> = {
      GET: handler,
      POST: handler,
      PUT: handler,
      PATCH: handler,
      DELETE: handler,
    }
    const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'next', scopes: ['custody'] })
    const headers = { authorization: `Basic ${btoa(`${keyId}:${keySecret}`)}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ reference: 'ada', signingMethod: { type: 'PIN', value: '294817' } })
    const request = new Request('https://wallet.example/custody/api/users', { method: 'POST', headers, body })
    const response = await methods.POST(request, { params: Promise.resolve({ path: ['api', 'users'] }) })
    expect([response.status, await response.json()]).toMatchObject([200, { result: { reference: 'ada' } }])
  })
})

describe('a host that passes an event, as SvelteKit does', () => {
  test('gives the address of the client by its own function', async () => {
    interface RequestEvent {
      readonly request: Request
      readonly getClientAddress: () => string
    }
    const handler = fetchHandler(
      probe(async ({ ip }) => ({ status: 200, body: { ip } })),
      { clientAddress: (_request, event: RequestEvent) => event.getClientAddress() },
    )
    const fallback = (event: RequestEvent): Promise<Response> => handler(event.request, event)
    const response = await fallback({ request: get(), getClientAddress: () => '198.51.100.7' })
    expect(await response.json()).toEqual({ ip: '198.51.100.7' })
  })
})

describe('a handler of web requests', () => {
  test('passes the request, and what the host passed with it, to hooks of the host', async () => {
    const passed: unknown[] = []
    const api = probe(async ({ native }) => {
      passed.push(native)
      return { status: 204 }
    })
    const handler = fetchHandler(api, { clientAddress: (_request, _env: string, _context: number) => undefined })
    const request = get()
    await handler(request, 'env', 7)
    expect(passed).toEqual([{ request, host: ['env', 7] }])
  })

  test('sends each cookie in a field of its own', async () => {
    const headers = { 'set-cookie': ['a=1; Path=/', 'b=2; Path=/'] }
    const response = await fetchHandler(
      probe(async () => ({ status: 204, headers })),
      { clientAddress },
    )(get())
    expect(response.headers.getSetCookie()).toEqual(headers['set-cookie'])
  })

  test('sends bytes as they are', async () => {
    const bytes = Buffer.from('a longer text').subarray(2, 8)
    const headers = { 'content-type': 'application/octet-stream' }
    const response = await fetchHandler(
      probe(async () => ({ status: 200, headers, body: bytes })),
      { clientAddress },
    )(get())
    expect([response.headers.get('content-type'), await response.text()]).toEqual([headers['content-type'], 'longer'])
  })

  test('closes a stream, and aborts the signal, if its reader cancels', async () => {
    let isClosed = false
    let aborted: AbortSignal | undefined
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(10)
      } finally {
        isClosed = true
      }
    }
    const api = probe(async ({ signal }) => {
      aborted = signal
      return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: endless() }
    })
    const reader = (await fetchHandler(api, { clientAddress })(get())).body?.getReader()
    await reader?.read()
    expect(aborted?.aborted).toBe(false)
    await reader?.cancel()
    expect([isClosed, aborted?.aborted]).toEqual([true, true])
  })

  test('reads nothing of a stream before its reader asks', async () => {
    let parts = 0
    async function* counted() {
      for (;;) {
        parts++
        yield Buffer.alloc(10)
      }
    }
    const headers = { 'content-type': 'application/octet-stream' }
    const response = await fetchHandler(
      probe(async () => ({ status: 200, headers, body: counted() })),
      {
        clientAddress,
      },
    )(get())
    expect(parts).toBe(0)
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.read()
    expect(parts).toBe(2)
    await reader?.cancel()
  })

  test('aborts the signal with that of the request, also if it was aborted before', async () => {
    const reasons: boolean[] = []
    const handler = fetchHandler(
      probe(async ({ signal }) => {
        if (!signal.aborted) await once(signal, 'abort')
        reasons.push(signal.aborted)
        return { status: 204 }
      }),
      { clientAddress },
    )
    const later = new AbortController()
    const running = handler(new Request(get(), { signal: later.signal }))
    later.abort()
    await running
    await handler(new Request(get(), { signal: AbortSignal.abort() }))
    expect(reasons).toEqual([true, true])
  })

  test('says that the host has read the body, rather than taking it for empty', async () => {
    logged.length = 0
    const billfold = createCustody()
    const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'read', scopes: ['custody'] })
    const body = '{"reference":"ada"}'
    const headers = {
      authorization: `Basic ${btoa(`${keyId}:${keySecret}`)}`,
      'content-type': 'application/json',
      'content-length': String(body.length),
    }
    const request = new Request('https://wallet.example/api/users', { method: 'POST', headers, body })
    await request.text()
    const response = await fetchHandler(billfold.custody, { clientAddress })(request)
    expect([response.status, logged]).toEqual([501, [expect.stringContaining('a request whose body is unread')]])
  })

  test.each([
    ['/custody', 404, 'route.not-found'],
    ['/custody/', 404, 'route.not-found'],
    ['/custodyx/api/chains', 200, undefined],
    ['/Custody/api/chains', 200, undefined],
    ['/', 200, undefined],
    ['/custody/../other', 200, undefined],
  ])('with a prefix and a fallthrough answers %s with %s', async (path, status, code) => {
    const handler = fetchHandler(createCustody().custody, {
      prefix: '/custody',
      clientAddress,
      fallthrough: () => Response.json({ errors: [{}] }),
    })
    const response = await handler(get(path))
    const { errors } = (await response.json()) as { readonly errors: readonly { readonly code?: string }[] }
    expect([response.status, errors[0]?.code]).toEqual([status, code])
  })

  test.each(['custody', '/custody/', '/'])('refuses the prefix %j', (prefix) => {
    expect(() => fetchHandler(createCustody().custody, { prefix, clientAddress })).toThrow(TypeError)
  })
})

describe('a handler of web requests in a host of another kind', () => {
  test('replies 501 to a request of Node, and logs what to do', async () => {
    logged.length = 0
    const handler: FetchHandler = fetchHandler(createCustody().custody, { clientAddress })
    const server = createServer((request, response) => void Reflect.apply(handler, undefined, [request, response]))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('there is no port')
    const { status } = await fetch(`http://127.0.0.1:${address.port}/api/chains`)
    server.close()
    expect([status, logged]).toEqual([501, [expect.stringContaining('fetchHandler() where a web Request is passed')]])
  })

  test('rejects what is no request at all', async () => {
    const handler: FetchHandler = fetchHandler(createCustody().custody, { clientAddress })
    await expect(Reflect.apply(handler, undefined, [{ req: {} }, () => {}])).rejects.toThrow('needs a web Request')
  })
})

import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createCustodyClient, createOnboardingClient, ReplyError } from './index.ts'

const secret = 'PIN 582914'

/** Options of a client whose server gives this reply. */
function replying(reply: () => Response) {
  return { baseUrl: 'http://host.example', fetch: () => Promise.resolve(reply()) }
}

/** A body of one megabyte, and the number of chunks that were read of it. */
function megabyte() {
  const counted = { chunks: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      counted.chunks += 1
      if (counted.chunks > 1000) return controller.close()
      controller.enqueue(new TextEncoder().encode(secret.repeat(100)))
    },
    cancel: () => {
      counted.cancelled = true
    },
  })
  return { body, counted }
}

/** What a client rejects with, and whether that shows anything of the body or of a parameter. */
async function rejection(promise: Promise<unknown>) {
  try {
    return { data: await promise }
  } catch (error) {
    if (!(error instanceof ReplyError)) throw error
    const { code, status, message } = error
    return { code, status, message, leaks: inspect(error, { depth: 10 }).includes('582914') }
  }
}

const refused = (code: string, status = 200) => ({ code, status, message: expect.any(String), leaks: false })

describe('a reply that is larger than the maximum', () => {
  test.each([200, 500])('with status %i rejects by name, and is read no further', async (status) => {
    const { body, counted } = megabyte()
    const client = createCustodyClient({ ...replying(() => new Response(body, { status })), maxReplyBytes: 10_000 })
    const params = { path: { userId: '582914' } }
    expect(await rejection(client.GET('/api/users/{userId}', { params }))).toEqual({
      ...refused('reply.too-large', status),
      message: `The reply to GET /api/users/{userId} with status ${status} is larger than maxReplyBytes: 10000`,
    })
    expect(counted.cancelled).toBe(true)
    expect(counted.chunks).toBeLessThan(20)
  })

  test.each(['text', 'blob', 'arrayBuffer'] as const)('as %s rejects by name', async (parseAs) => {
    const options = { ...replying(() => new Response(megabyte().body)), maxReplyBytes: 10_000 }
    expect(await rejection(createCustodyClient(options).GET('/api/users', { parseAs }))).toEqual(
      refused('reply.too-large'),
    )
  })

  test('has 16 MiB without the option', async () => {
    const json = (bytes: number) => () => new Response(JSON.stringify('x'.repeat(bytes - 2)))
    const max = 16 * 1024 * 1024
    expect((await createCustodyClient(replying(json(max))).GET('/api/users')).data).toHaveLength(max - 2)
    const larger = createCustodyClient(replying(json(max + 1))).GET('/api/users')
    expect(await rejection(larger)).toEqual(refused('reply.too-large'))
  })

  test('is passed on as a stream where the caller asks for one', async () => {
    const options = { ...replying(() => new Response(secret.repeat(100))), maxReplyBytes: 100 }
    const { data } = await createOnboardingClient(options).GET('/templates', { parseAs: 'stream' })
    if (!(data instanceof ReadableStream)) throw new Error('there is no stream')
    expect(await new Response(data).text()).toHaveLength(1000)
  })
})

describe('a success that is not JSON', () => {
  test.each([
    ['a page', `<html>${secret}</html>`, {}],
    ['JSON that was cut off', `{"pin":"582914`, {}],
    ['a page of known length', secret, { 'content-length': '10' }],
    ['nothing, of which the server states a length', '', { 'content-length': '10' }],
  ])('rejects by name: %s', async (_, body, headers) => {
    const options = replying(() => new Response(body, { headers }))
    expect(await rejection(createCustodyClient(options).GET('/api/wallets'))).toEqual(refused('reply.not-json'))
  })

  test('is taken where the caller reads text', async () => {
    const options = replying(() => new Response(secret))
    expect((await createCustodyClient(options).GET('/api/wallets', { parseAs: 'text' })).data).toBe(secret)
  })

  test.each([200, 204])('has no data if it is empty, with status %i', async (status) => {
    const options = replying(() => new Response(status === 204 ? null : '', { status }))
    const { data, error } = await createCustodyClient(options).GET('/api/wallets')
    expect([data, error]).toEqual([undefined, undefined])
  })
})

test('an error that is not JSON is given as text, as ever', async () => {
  const options = replying(() => new Response('Bad gateway', { status: 502 }))
  const { error, response } = await createCustodyClient(options).GET('/api/wallets')
  expect([response.status, error]).toEqual([502, 'Bad gateway'])
})

test('a reply keeps its status, headers and URL, and its characters across chunks', async () => {
  const bytes = Buffer.from('\uFEFF{"result":"é€😀"}')
  const options = replying(() => {
    const body = Readable.toWeb(Readable.from([...bytes].map((byte) => Uint8Array.of(byte))))
    return Object.defineProperty(new Response(body, { status: 201, headers: { 'x-request-id': 'r1' } }), 'url', {
      value: 'http://host.example/api/wallets',
    })
  })
  const { data, response } = await createCustodyClient(options).GET('/api/wallets')
  expect(data).toEqual({ result: 'é€😀' })
  expect([response.status, response.headers.get('x-request-id'), response.url]).toEqual([
    201,
    'r1',
    'http://host.example/api/wallets',
  ])
})

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'maxReplyBytes %s is refused by name',
  (maxReplyBytes) => {
    expect(() => createCustodyClient({ baseUrl: 'http://host.example', maxReplyBytes })).toThrow(
      new RangeError(`maxReplyBytes must be a whole number of bytes from 1: ${maxReplyBytes}`),
    )
  },
)

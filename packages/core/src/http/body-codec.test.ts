import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { BillfoldError } from '../kernel/errors.ts'
import { silentLogger } from '../kernel/logger.ts'
import { memoryRateLimiter } from '../platform/rate-limits/index.ts'
import type { BodyCodec } from './body-codec.ts'
import { openApiDocument } from './openapi.ts'
import type { IncomingRequest } from './request-response.ts'
import { createMountableApi } from './request-handler.ts'
import type { Guard } from './guard.ts'
import { byGet, withAliases } from './route-variants.ts'
import { type Route, route } from './route.ts'

const guard: Guard = {
  name: 'public',
  security: [],
  schemes: {},
  admit: async () => ({ kind: 'anonymous', tenant: 'main', id: 'anonymous', scopes: new Set() }),
}

const transmitted = z.object({ hex: z.string() })

/** Bodies as `{hex}`, hexadecimal JSON. Replies are encoded if the request asks for it. */
function hexCodec(): BodyCodec<{ readonly encodes: boolean }, string> {
  return {
    transmittedSchema: () => transmitted,
    decode: async (body, { headers }) => {
      const text = Buffer.from(transmitted.parse(body).hex, 'hex').toString()
      return { value: JSON.parse(text), state: { encodes: headers['x-encode'] === 'yes' } }
    },
    encode: async (text, { encodes }) => ({
      status: 200,
      body: encodes ? { hex: Buffer.from(text).toString('hex') } : { text },
    }),
  }
}

const values = z.object({ name: z.string().max(5) })
const common = { summary: '', guard, replies: {} }
const post = route({
  ...common,
  id: 'greet',
  method: 'POST',
  path: '/greet',
  body: { encoding: 'json', schema: values, limit: 1000 },
  codec: hexCodec(),
  documentedErrors: { 'user.not-found': (error) => ({ status: 200, body: { failed: error.code } }) },
  handler: async ({ body: { name } }, _context, { encodes }) => {
    if (name === 'none') throw new BillfoldError('user.not-found')
    if (name === 'held') throw new BillfoldError('user.exists')
    return `Hello ${name}, ${encodes ? 'encoded' : 'plain'}`
  },
})
const [, alias] = withAliases(post, '/hello')
const get = byGet(post, guard)
const api = createMountableApi(
  {
    name: 'test',
    title: 'Test',
    routes: [post, ...(alias === undefined ? [] : [alias]), get],
    errorReply: ({ status, code, issues }) => ({ status, body: { code, issues } }),
  },
  { logger: silentLogger, rateLimiter: memoryRateLimiter() },
)

function toHex(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('hex')
}

const emptyRequest: IncomingRequest = {
  method: 'POST',
  path: '',
  mount: '',
  params: {},
  query: '',
  headers: {},
  ip: '192.0.2.1',
  body: { kind: 'none' },
  signal: new AbortController().signal,
}

async function call(to: Route, parts: Partial<IncomingRequest>): Promise<unknown> {
  const { body } = await api.handle(to, {
    ...emptyRequest,
    method: to.method,
    path: to.path,
    ...parts,
  })
  return JSON.parse(typeof body === 'string' ? body : '')
}

function callWith(value: unknown, headers: IncomingRequest['headers'] = {}): Promise<unknown> {
  return call(post, {
    headers: { 'content-type': 'application/json', ...headers },
    body: { kind: 'parsed', value },
  })
}

describe('a route with a codec', () => {
  it('decodes the body, passes the state to the handler, and encodes the result', async () => {
    expect(await callWith({ hex: toHex({ name: 'Ada' }) })).toEqual({ text: 'Hello Ada, plain' })
    expect(await callWith({ hex: toHex({ name: 'Ada' }) }, { 'x-encode': 'yes' })).toEqual({
      hex: Buffer.from('Hello Ada, encoded').toString('hex'),
    })
  })

  it('reads the fields of the body from the query in its GET variant', async () => {
    expect(await call(get, { query: `hex=${toHex({ name: 'Ada' })}` })).toEqual({ text: 'Hello Ada, plain' })
  })

  it('rejects an invalid transmitted body before decoding it, and an invalid decoded one', async () => {
    expect(await callWith({ hex: 1 })).toMatchObject({ code: 'input.invalid', issues: [{ path: 'hex' }] })
    expect(await callWith({ hex: toHex({ name: 'too long' }) })).toMatchObject({
      code: 'input.invalid',
      issues: [{ path: 'name' }],
    })
  })

  it('replies to a documented error as documented, and to others in the format of the API', async () => {
    expect(await callWith({ hex: toHex({ name: 'none' }) })).toEqual({ failed: 'user.not-found' })
    expect(await callWith({ hex: toHex({ name: 'held' }) })).toMatchObject({ code: 'user.exists' })
  })

  it('prepares a request with the decoded body, for comparison', async () => {
    const prepared = await post.prepare(
      { params: {}, query: {}, headers: {}, body: { hex: toHex({ name: 'Ada' }) } },
      {
        caller: await guard.admit({ ...emptyRequest, path: '/greet' }),
        requestId: '',
        ip: '',
        mount: '',
        method: 'POST',
        target: '/greet',
        signal: emptyRequest.signal,
        headers: {},
        rawBody: undefined,
      },
    )
    expect(prepared.decoded.body).toEqual({ name: 'Ada' })
  })

  it('has copies under aliases', () => {
    expect([alias?.id, alias?.path, alias?.prepare]).toEqual(['greet2', '/hello', post.prepare])
    expect([get.id, get.method, get.idempotency]).toEqual(['greetByGet', 'GET', 'none'])
  })

  it('is documented with the transmitted schema', () => {
    const { paths } = openApiDocument(api)
    expect(paths).toMatchObject({
      '/greet': {
        post: {
          requestBody: { content: { 'application/json': { schema: { properties: { hex: { type: 'string' } } } } } },
        },
        get: { parameters: [{ name: 'hex', in: 'query' }] },
      },
    })
  })
})

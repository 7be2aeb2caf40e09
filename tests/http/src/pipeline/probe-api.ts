import { setTimeout as delay } from 'node:timers/promises'
import { type BillfoldError, BillfoldError as Failure } from '@billfold/core'
import {
  type Api,
  type Caller,
  type Guard,
  createMountableApi,
  type MountableApi,
  openApiRoute,
  type Route,
  route,
} from '@billfold/core/http'
import { memoryRateLimiter } from '@billfold/core/rate-limits'
import { CommitError } from '@billfold/core/storage'
import { z } from 'zod'

/** A small API that exposes the request pipeline, with its log and counters. */
export interface ProbeApi {
  readonly api: MountableApi
  readonly logged: { readonly fields: Readonly<Record<string, unknown>>; readonly message: string }[]
  /** The number of `wait` calls whose client disconnected. */
  readonly abortedWaits: () => number
  /** The number of streams closed before their end. */
  readonly closedStreams: () => number
}

const anonymous: Caller = { kind: 'anonymous', tenant: 'main', id: 'anonymous', scopes: new Set() }
const publicGuard: Guard = { name: 'open', security: [], schemes: {}, admit: async () => anonymous }
const guard: Guard = {
  name: 'bearer',
  security: [{ bearer: [] }],
  schemes: { bearer: { type: 'http', scheme: 'bearer' } },
  admit: async ({ headers }) => {
    const [, name] = /^Bearer (alice|bob)$/.exec(headers['authorization']?.toString() ?? '') ?? []
    if (name === undefined) throw new Failure('caller.unauthenticated')
    return { ...anonymous, kind: 'user', id: name }
  },
}

const thing = z.object({
  name: z.string().min(1).max(100),
  count: z.int().max(1000).optional(),
  tags: z.array(z.string()).optional(),
})
const repliesSchema = { 200: { description: 'What was understood', schema: z.looseObject({}) } }

function errorReply(error: BillfoldError, requestId: string): { status: number; body: unknown } {
  return {
    status: error.status,
    body: { error: { code: error.code, message: error.message, issues: error.issues, requestId } },
  }
}

/** Creates the API. Bodies must arrive within `bodyTimeoutMs`. */
export function createProbe(bodyTimeoutMs = 30_000): ProbeApi {
  const logged: ProbeApi['logged'] = []
  let abandoned = 0
  let streamsClosed = 0
  const log = (fields: Readonly<Record<string, unknown>>, message: string): void =>
    void logged.push({ fields, message })
  const routes = [
    ...plainRoutes(),
    ...bodyRoutes(),
    ...failingRoutes(),
    ...limitedRoutes(),
    ...streamRoutes(() => streamsClosed++),
    route({
      id: 'wait',
      method: 'POST',
      path: '/wait',
      summary: 'Waits until the client goes away',
      guard: publicGuard,
      replies: repliesSchema,
      handler: async (_input, { signal }) => {
        await delay(10_000, undefined, { signal }).catch(() => {})
        if (signal.aborted) abandoned++
        return { status: 200, body: {} }
      },
    }),
  ]
  const bare: Api = { name: 'probe', title: 'Probe', routes, errorReply }
  const createdAt = Date.now()
  const services = {
    logger: { error: log, warn: log, info: log },
    // Its clock stands still, so that no window ends while a suite counts.
    rateLimiter: memoryRateLimiter(() => createdAt),
    bodyTimeoutMs,
  }
  const api = createMountableApi({ ...bare, routes: [...routes, openApiRoute(bare)] }, services)
  return { api, logged, abortedWaits: () => abandoned, closedStreams: () => streamsClosed }
}

function plainRoutes(): Route[] {
  const common = { guard: publicGuard, replies: repliesSchema, params: z.object({ thingId: z.string().max(64) }) }
  const query = z.object({
    page: z.coerce.number().int().max(1000).optional(),
    tag: z.union([z.string(), z.array(z.string())]).optional(),
  })
  return [
    route({
      id: 'readThing',
      method: 'GET',
      path: '/things/:thingId',
      summary: 'Says what it was asked',
      ...common,
      query,
      handler: async ({ params, query: input }, { ip, mount, requestId }) => ({
        status: 200,
        body: { ...params, ...input, ip, mount, requestId },
      }),
    }),
    route({
      id: 'replaceThing',
      method: 'PUT',
      path: '/things/:thingId',
      summary: 'Says what it was given',
      ...common,
      body: { encoding: 'json', schema: thing, limit: 10_000 },
      handler: async ({ params, body }) => ({ status: 200, body: { ...params, ...body } }),
    }),
    route({
      id: 'deleteThing',
      method: 'DELETE',
      path: '/things/:thingId',
      summary: 'Says nothing',
      ...common,
      handler: async () => ({ status: 204 }),
    }),
    route({
      id: 'quiet',
      method: 'POST',
      path: '/quiet',
      summary: 'Says nothing with 202',
      guard: publicGuard,
      replies: repliesSchema,
      handler: async () => ({ status: 202 }),
    }),
  ]
}

function bodyRoutes(): Route[] {
  const common = {
    method: 'POST',
    summary: 'Says what it was given',
    guard: publicGuard,
    replies: repliesSchema,
  } as const
  return [
    route({
      id: 'createThing',
      path: '/things',
      ...common,
      body: { encoding: 'json', schema: thing, limit: 10_000 },
      handler: async ({ body }) => ({ status: 200, body }),
    }),
    route({
      id: 'large',
      path: '/large',
      ...common,
      body: { encoding: 'json', schema: z.object({ text: z.string() }), limit: 1_000_000 },
      handler: async ({ body }) => ({ status: 200, body: { length: body.text.length } }),
    }),
    route({
      id: 'loose',
      path: '/loose',
      ...common,
      body: { encoding: 'json', schema: z.record(z.string(), z.unknown()), limit: 10_000 },
      handler: async ({ body }) => {
        const copy: Record<string, unknown> = {}
        Object.assign(copy, body)
        return { status: 200, body: { copy, polluted: 'polluted' in copy } }
      },
    }),
    route({
      id: 'optional',
      path: '/optional',
      ...common,
      body: { encoding: 'json', schema: z.object({ name: z.string().optional() }), limit: 10_000, optional: true },
      handler: async ({ body }) => ({ status: 200, body }),
    }),
    route({
      id: 'form',
      path: '/form',
      ...common,
      body: {
        encoding: 'form',
        schema: z.object({ grant: z.string(), scope: z.string().optional() }),
        limit: 10_000,
      },
      handler: async ({ body }) => ({ status: 200, body }),
    }),
    route({
      id: 'raw',
      path: '/raw',
      ...common,
      body: { encoding: 'json', schema: z.looseObject({}), limit: 10_000, raw: true },
      handler: async ({ body }, { rawBody }) => ({
        status: 200,
        body: { body, raw: Buffer.from(rawBody ?? []).toString('base64') },
      }),
    }),
  ]
}

function failingRoutes(): Route[] {
  const failing = (
    id: string,
    handler: () => Promise<{ status: number; body?: unknown; headers?: Record<string, string> }>,
  ): Route =>
    route({
      id,
      method: 'GET',
      path: `/fails/${id}`,
      summary: 'Fails',
      guard: publicGuard,
      replies: repliesSchema,
      handler,
    })
  return [
    failing('unexpected', async () => {
      throw new Error('the secret is 1234')
    }),
    failing('nothing', async () => {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the subject of the test
      await Promise.reject(undefined)
      return { status: 200 }
    }),
    failing('zod', async () => ({ status: 200, body: z.string().parse(5) })),
    failing('commit', async () => {
      throw new CommitError('condition-failed', 0)
    }),
    failing('busy', async () => {
      throw new Failure('server.busy', { retryAfterSeconds: 7 })
    }),
    failing('storage', async () => {
      throw new Failure('storage.unavailable')
    }),
    failing('bigint', async () => ({ status: 200, body: { big: 1n } })),
    failing('header', async () => ({ status: 200, body: {}, headers: { 'x-bad': 'a\r\nb: c' } })),
    failing('status', async () => ({ status: 99, body: {} })),
  ]
}

function limitedRoutes(): Route[] {
  const common = {
    method: 'POST',
    summary: 'Is limited',
    replies: repliesSchema,
    handler: async () => ({ status: 200, body: {} }),
  } as const
  return [
    route({
      id: 'byIp',
      path: '/limited/by-ip',
      guard: publicGuard,
      limits: [{ by: 'ip', limit: 3, windowSeconds: 3600 }],
      ...common,
    }),
    route({
      id: 'byCaller',
      path: '/limited/by-caller',
      guard,
      limits: [{ by: 'caller', limit: 2, windowSeconds: 3600 }],
      ...common,
    }),
    route({
      id: 'guarded',
      path: '/guarded',
      guard,
      ...common,
      body: { encoding: 'json', schema: thing, limit: 10_000 },
    }),
  ]
}

function streamRoutes(onClosed: () => void): Route[] {
  const streaming = (id: string, body: () => AsyncIterable<Uint8Array>): Route =>
    route({
      id,
      method: 'GET',
      path: `/streams/${id}`,
      summary: 'Streams',
      guard: publicGuard,
      replies: repliesSchema,
      handler: async () => ({ status: 200, headers: { 'content-type': 'application/octet-stream' }, body: body() }),
    })
  return [
    streaming('whole', async function* () {
      for (let part = 0; part < 50; part++) yield Buffer.alloc(10_000, part)
    }),
    streaming('broken', async function* () {
      yield Buffer.from('a beginning')
      await delay(50)
      throw new Error('the disk is gone')
    }),
    streaming('endless', async function* () {
      try {
        for (;;) yield Buffer.alloc(10_000)
      } finally {
        onClosed()
      }
    }),
  ]
}

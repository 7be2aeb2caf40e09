import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { BillfoldError } from '../kernel/errors.ts'
import { silentLogger } from '../kernel/logger.ts'
import { memoryRateLimiter } from '../platform/rate-limits/index.ts'
import type { Api } from './api.ts'
import type { IncomingRequest, Reply } from './request-response.ts'
import { requestLimits } from './request-limits.ts'
import { createMountableApi } from './request-handler.ts'
import { allowedMethods } from './paths.ts'
import type { Guard } from './guard.ts'
import { type Route, route } from './route.ts'

const guard: Guard = {
  name: 'public',
  security: [],
  schemes: {},
  admit: async () => ({ kind: 'anonymous', tenant: 'main', id: 'anonymous', scopes: new Set() }),
}

function routeAt(path: string, id = path, method: Route['method'] = 'GET'): Route {
  return route({ id, method, path, summary: '', guard, replies: {}, handler: async () => ({ status: 200, body: {} }) })
}

function apiWith(routes: readonly Route[], errorReply: Api['errorReply'] = envelope): Api {
  return { name: 'test', title: 'Test', routes, errorReply }
}

function envelope(error: BillfoldError, requestId: string): Reply {
  return { status: error.status, body: { code: error.code, requestId } }
}

async function rejects(): Promise<never> {
  throw new Error('gone')
}

const services = { logger: silentLogger, rateLimiter: memoryRateLimiter() }

function request(parts: Partial<IncomingRequest> = {}): IncomingRequest {
  return {
    method: 'GET',
    path: '/a',
    mount: '',
    params: {},
    query: '',
    headers: {},
    ip: '192.0.2.1',
    body: { kind: 'none' },
    signal: new AbortController().signal,
    ...parts,
  }
}

/** An API with one route, a key that can be revoked, and counters of authentications and calls. */
function revocableApi() {
  let [admissions, calls, isRevoked] = [0, 0, false]
  const byKey: Guard = {
    ...guard,
    admit: async (incoming) => {
      admissions += 1
      if (isRevoked) throw new BillfoldError('caller.unauthenticated')
      return guard.admit(incoming)
    },
  }
  const taking = route({
    id: 'take',
    method: 'POST',
    path: '/a',
    summary: '',
    guard: byKey,
    limits: [{ by: 'caller', limit: 2, windowSeconds: 60 }],
    replies: {},
    body: { encoding: 'json', schema: z.unknown(), limit: 100 },
    handler: async () => {
      calls += 1
      return { status: 200 }
    },
  })
  const api = createMountableApi(apiWith([taking]), { ...services, rateLimiter: memoryRateLimiter(() => 0) })
  return { api, taking, revoke: () => void (isRevoked = true), admissions: () => admissions, calls: () => calls }
}

/** A body of which only the first byte was sent. */
function halfSent() {
  const body = new Readable({ read: () => {} })
  body.push('{')
  return {
    body,
    headers: { 'content-type': 'application/json', 'content-length': '2' },
    finish: () => {
      body.push('}')
      body.push(null)
    },
  }
}

describe('a route table', () => {
  it.each(['a', '/a/', '/a?', '/:a?', '/a/*', '/(a)', '/a b', '/é', ''])('is rejected with the path %j', (path) => {
    expect(() => createMountableApi(apiWith([routeAt(path)]), services)).toThrow('is not portable between routers')
  })

  it('is rejected with a duplicate operation id', () => {
    expect(() => createMountableApi(apiWith([routeAt('/a', 'x'), routeAt('/b', 'x')]), services)).toThrow(
      'Duplicate route id: x',
    )
  })

  it('is rejected with an unreachable route', () => {
    expect(() => createMountableApi(apiWith([routeAt('/a/:id'), routeAt('/a/me')]), services)).toThrow(
      '/a/me is unreachable: /a/:id',
    )
    expect(() => createMountableApi(apiWith([routeAt('/a/me'), routeAt('/a/:id')]), services)).not.toThrow()
  })

  it('returns the allowed methods of a path', () => {
    const routes = [routeAt('/a/:id'), routeAt('/a/:id', 'delete', 'DELETE'), routeAt('/a/me', 'put', 'PUT')]
    expect(allowedMethods(routes, '/a/me')).toEqual(['DELETE', 'GET', 'HEAD', 'PUT'])
    expect(allowedMethods(routes, '/a/1/')).toEqual(['DELETE', 'GET', 'HEAD'])
    expect(allowedMethods(routes, '/a/')).toEqual([])
  })
})

describe('a mounted API', () => {
  it('renders an error with the route that the request matched', async () => {
    const byRoute = apiWith([routeAt('/a')], (_error, _requestId, matched) => ({
      status: 400,
      body: { at: matched?.id },
    }))
    const api = createMountableApi(byRoute, services)
    const response = await api.handle({ ...routeAt('/a'), prepare: rejects }, request())
    expect(response.body).toBe('{"at":"/a"}')
    expect(api.reject(request(), 'route.not-found').body).toBe('{}')
  })

  it('returns 500 when the error cannot be rendered', async () => {
    const failing = apiWith([routeAt('/a')], () => {
      throw new Error('no envelope')
    })
    const api = createMountableApi(failing, services)
    const response = await api.handle({ ...routeAt('/a'), prepare: rejects }, request())
    expect(response).toMatchObject({ status: 500, body: expect.stringContaining('"error":"unexpected"') })
  })

  it('returns 500 when the rate limiter fails', async () => {
    const rateLimiter = { consume: rejects }
    const limited = { ...routeAt('/a'), limits: [{ by: 'ip', limit: 1, windowSeconds: 1 } as const] }
    expect(
      (await createMountableApi(apiWith([limited]), { ...services, rateLimiter }).handle(limited, request())).status,
    ).toBe(500)
  })

  it('logs how to retain raw bodies when a route needs one that is missing', async () => {
    const logged: string[] = []
    const logger = { ...silentLogger, error: (_fields: unknown, message: string) => void logged.push(message) }
    const raw = route({
      id: 'raw',
      method: 'POST',
      path: '/a',
      summary: '',
      guard,
      replies: {},
      body: { encoding: 'json', schema: z.unknown(), limit: 100, raw: true },
      handler: async () => ({ status: 200 }),
    })
    const api = createMountableApi(apiWith([raw]), { ...services, logger })
    const headers = { 'content-type': 'application/json' }
    const response = await api.handle(raw, request({ headers, body: { kind: 'parsed', value: { a: 1 } } }))
    expect(response.body).toContain('body.raw-unavailable')
    expect(logged).toEqual([expect.stringContaining('retainRawBody')])
  })

  it('rejects a body that was consumed by middleware', async () => {
    const taking = route({
      id: 'take',
      method: 'POST',
      path: '/a',
      summary: '',
      guard,
      replies: {},
      body: { encoding: 'json', schema: z.unknown(), limit: 100 },
      handler: async () => ({ status: 200 }),
    })
    const headers = { 'content-type': 'application/json', 'content-length': '7' }
    const response = await createMountableApi(apiWith([taking]), services).handle(
      taking,
      request({ headers, body: { kind: 'parsed', value: undefined } }),
    )
    expect(response.body).toContain('body.raw-unavailable')
  })

  it('rejects a request whose key is revoked while the body is sent', async () => {
    const { api, taking, revoke, calls } = revocableApi()
    const stream = halfSent()
    const answer = api.handle(
      taking,
      request({ headers: stream.headers, body: { kind: 'stream', stream: stream.body } }),
    )
    await wait(2 * requestLimits.reauthenticateAfterMs)
    revoke()
    stream.finish()
    expect((await answer).body).toContain('caller.unauthenticated')
    expect(calls()).toBe(0)
  })

  it('authenticates again only after a slow body, and counts the request once', async () => {
    const { api, taking, admissions, calls } = revocableApi()
    for (const milliseconds of [0, 2 * requestLimits.reauthenticateAfterMs]) {
      const stream = halfSent()
      const body = { kind: 'stream', stream: stream.body } as const
      const answer = api.handle(taking, request({ headers: stream.headers, body }))
      await wait(milliseconds)
      stream.finish()
      expect((await answer).status).toBe(200)
    }
    expect([admissions(), calls()]).toEqual([3, 2])
  })

  it('sends the Cache-Control of a reply', async () => {
    const cached = route({
      id: 'cached',
      method: 'GET',
      path: '/a',
      summary: '',
      guard,
      replies: {},
      handler: async () => ({ status: 200, body: 1, headers: { 'Cache-Control': 'max-age=60' } }),
    })
    const { headers } = await createMountableApi(apiWith([cached]), services).handle(cached, request())
    expect(headers).toMatchObject({ 'cache-control': 'max-age=60', 'x-content-type-options': 'nosniff' })
  })
})

import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { BillfoldError } from '../errors.ts'
import { silentLogger } from '../logger.ts'
import { memoryRateLimiter } from '../rate-limits/index.ts'
import type { Api } from './api.ts'
import type { IncomingRequest, Reply } from './exchange.ts'
import { limits } from './limits.ts'
import { mountable } from './mountable.ts'
import { methodsAt } from './paths.ts'
import { type Guard, type Route, route } from './route.ts'

const guard: Guard = {
  name: 'open',
  security: [],
  schemes: {},
  admit: async () => ({ kind: 'anonymous', tenant: 'main', id: 'anonymous', scopes: new Set() }),
}

function routeAt(path: string, id = path, method: Route['method'] = 'GET'): Route {
  return route({ id, method, path, summary: '', guard, replies: {}, handler: async () => ({ status: 200, body: {} }) })
}

function apiOf(routes: readonly Route[], errorReply: Api['errorReply'] = envelope): Api {
  return { name: 'test', title: 'Test', routes, errorReply }
}

function envelope(error: BillfoldError, requestId: string): Reply {
  return { status: error.status, body: { code: error.code, requestId } }
}

async function rejects(): Promise<never> {
  throw new Error('gone')
}

const services = { logger: silentLogger, limiter: memoryRateLimiter() }

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

/** A route that takes a body from who has a key, at most twice, and what became of the key and of the calls. */
function watched() {
  let [admissions, acted, isEnded] = [0, 0, false]
  const byKey: Guard = {
    ...guard,
    admit: async (incoming) => {
      admissions += 1
      if (isEnded) throw new BillfoldError('caller.unauthenticated')
      return guard.admit(incoming)
    },
  }
  const taking = route({
    id: 'take',
    method: 'POST',
    path: '/a',
    summary: '',
    guard: byKey,
    limits: [{ by: 'caller', most: 2, seconds: 60 }],
    replies: {},
    body: { encoding: 'json', schema: z.unknown(), limit: 100 },
    handler: async () => {
      acted += 1
      return { status: 200 }
    },
  })
  const api = mountable(apiOf([taking]), { ...services, limiter: memoryRateLimiter() })
  return { api, taking, ends: () => void (isEnded = true), admissions: () => admissions, acted: () => acted }
}

/** A body of which the first byte has come. */
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

describe('a table of routes', () => {
  it.each(['a', '/a/', '/a?', '/:a?', '/a/*', '/(a)', '/a b', '/é', ''])(
    'with the path %j cannot be mounted',
    (path) => {
      expect(() => mountable(apiOf([routeAt(path)]), services)).toThrow('is not a path that every router reads alike')
    },
  )

  it('with an operation twice cannot be mounted', () => {
    expect(() => mountable(apiOf([routeAt('/a', 'x'), routeAt('/b', 'x')]), services)).toThrow('Route x is there twice')
  })

  it('with a route that is never reached cannot be mounted', () => {
    expect(() => mountable(apiOf([routeAt('/a/:id'), routeAt('/a/me')]), services)).toThrow(
      '/a/me is never reached: /a/:id',
    )
    expect(() => mountable(apiOf([routeAt('/a/me'), routeAt('/a/:id')]), services)).not.toThrow()
  })

  it('knows the methods of a path', () => {
    const routes = [routeAt('/a/:id'), routeAt('/a/:id', 'delete', 'DELETE'), routeAt('/a/me', 'put', 'PUT')]
    expect(methodsAt(routes, '/a/me')).toEqual(['DELETE', 'GET', 'HEAD', 'PUT'])
    expect(methodsAt(routes, '/a/1/')).toEqual(['DELETE', 'GET', 'HEAD'])
    expect(methodsAt(routes, '/a/')).toEqual([])
  })
})

describe('an API that is mounted', () => {
  it('never rejects, not even when an error cannot be shown', async () => {
    const failing = apiOf([routeAt('/a')], () => {
      throw new Error('no envelope')
    })
    const api = mountable(failing, services)
    const response = await api.handle({ ...routeAt('/a'), run: rejects }, request())
    expect(response).toMatchObject({ status: 500, body: expect.stringContaining('"error":"unexpected"') })
  })

  it('refuses when the limiter cannot count', async () => {
    const limiter = { take: rejects }
    const limited = { ...routeAt('/a'), limits: [{ by: 'ip', most: 1, seconds: 1 } as const] }
    expect((await mountable(apiOf([limited]), { ...services, limiter }).handle(limited, request())).status).toBe(500)
  })

  it('says in the log how to keep raw bodies when nobody did', async () => {
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
    const api = mountable(apiOf([raw]), { ...services, logger })
    const headers = { 'content-type': 'application/json' }
    const response = await api.handle(raw, request({ headers, body: { kind: 'parsed', value: { a: 1 } } }))
    expect(response.body).toContain('body.raw-unavailable')
    expect(logged).toEqual([expect.stringContaining('keepRawBody')])
  })

  it('sees when something read a body and kept nothing of it', async () => {
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
    const response = await mountable(apiOf([taking]), services).handle(
      taking,
      request({ headers, body: { kind: 'parsed', value: undefined } }),
    )
    expect(response.body).toContain('body.raw-unavailable')
  })

  it('acts for nobody whose key was ended while their body was on its way', async () => {
    const { api, taking, ends, acted } = watched()
    const stream = halfSent()
    const answer = api.handle(
      taking,
      request({ headers: stream.headers, body: { kind: 'stream', stream: stream.body } }),
    )
    await wait(2 * limits.admissionMilliseconds)
    ends()
    stream.finish()
    expect((await answer).body).toContain('caller.unauthenticated')
    expect(acted()).toBe(0)
  })

  it('looks at who calls once more only after a body that was waited for, and counts the call once', async () => {
    const { api, taking, admissions, acted } = watched()
    for (const milliseconds of [0, 2 * limits.admissionMilliseconds]) {
      const stream = halfSent()
      const body = { kind: 'stream', stream: stream.body } as const
      const answer = api.handle(taking, request({ headers: stream.headers, body }))
      await wait(milliseconds)
      stream.finish()
      expect((await answer).status).toBe(200)
    }
    expect([admissions(), acted()]).toEqual([3, 2])
  })

  it('lets a reply say how it may be cached', async () => {
    const cached = {
      ...routeAt('/a'),
      run: async () => ({ status: 200, body: 1, headers: { 'Cache-Control': 'max-age=60' } }),
    }
    const { headers } = await mountable(apiOf([cached]), services).handle(cached, request())
    expect(headers).toMatchObject({ 'cache-control': 'max-age=60', 'x-content-type-options': 'nosniff' })
  })
})

import { describe, expect, test } from 'vitest'
import { BillfoldError } from '../kernel/errors.ts'
import { silentLogger } from '../kernel/logger.ts'
import { memoryStorage } from '../kernel/storage/index.ts'
import { memoryRateLimiter, type RateLimiter, storageRateLimiter } from '../platform/rate-limits/index.ts'
import { jsonErrorReply } from './error-reply.ts'
import type { Guard } from './guard.ts'
import { createMountableApi } from './request-handler.ts'
import type { IncomingRequest } from './request-response.ts'
import type { RateLimit } from './route-definition.ts'
import { route } from './route.ts'

const noon = Date.UTC(2026, 0, 1, 12) + 15_000
const guard: Guard = {
  name: 'bearer',
  security: [],
  schemes: {},
  admit: async ({ headers }) => {
    if (headers['authorization'] === undefined) throw new BillfoldError('caller.unauthenticated')
    return { kind: 'user', tenant: 'main', id: 'alice', scopes: new Set() }
  },
}
const request: IncomingRequest = {
  method: 'POST',
  path: '/limited',
  mount: '',
  params: {},
  query: '',
  headers: { authorization: 'Bearer alice' },
  ip: '192.0.2.1',
  body: { kind: 'none' },
  signal: new AbortController().signal,
}
const bothLimits: readonly RateLimit[] = [
  { by: 'ip', limit: 3, windowSeconds: 60 },
  { by: 'caller', limit: 2, windowSeconds: 3600 },
]

/** Calls a route with limits, and returns the status and the fields of the reply. */
function limitedRoute(rateLimiter: RateLimiter, limits: readonly RateLimit[] = bothLimits) {
  const limited = route({
    id: 'limited',
    method: 'POST',
    path: '/limited',
    summary: 'Is limited',
    guard,
    limits,
    replies: {},
    handler: async () => ({ status: 204 }),
  })
  const bare = { name: 'probe', title: 'Probe', routes: [limited], errorReply: jsonErrorReply }
  const api = createMountableApi(bare, { logger: silentLogger, rateLimiter })
  return async (headers: IncomingRequest['headers'] = request.headers) => {
    const reply = await api.handle(limited, { ...request, headers })
    return [reply.status, reply.headers['ratelimit'], reply.headers['retry-after'], reply.headers['ratelimit-policy']]
  }
}

const policy = '"ip-60";q=3;w=60, "caller-3600";q=2;w=3600'

describe.each([
  ['in memory', () => memoryRateLimiter(() => noon)],
  ['in a storage', () => storageRateLimiter(memoryStorage(), () => noon)],
])('replies of a route whose limits are counted %s', (_where, create) => {
  test('name every limit of the route, and what is left of those that were counted', async () => {
    const call = limitedRoute(create())
    expect(await call()).toEqual([204, '"ip-60";r=2;t=45, "caller-3600";r=1;t=3585', undefined, policy])
    expect(await call({})).toEqual([401, '"ip-60";r=1;t=45', undefined, policy])
    expect(await call()).toEqual([204, '"ip-60";r=0;t=45, "caller-3600";r=0;t=3585', undefined, policy])
  })

  test('name in Retry-After the moment at which the exhausted limit is reset', async () => {
    const call = limitedRoute(create())
    for (let used = 0; used < 2; used++) await call()
    expect(await call()).toEqual([429, '"ip-60";r=0;t=45, "caller-3600";r=0;t=3585', '3585', policy])
    expect(await call()).toEqual([429, '"ip-60";r=0;t=45', '45', policy])
  })

  test('have no such fields if the route has no limits', async () => {
    expect(await limitedRoute(create(), [])()).toEqual([204, undefined, undefined, undefined])
  })
})

test('a limiter that does not know what is left sends the policies only, and the state with refusals', async () => {
  let allowed = true
  const consume = async () => ({ allowed, retryAfterSeconds: 7 })
  const call = limitedRoute({ consume, peek: consume })
  expect(await call()).toEqual([204, undefined, undefined, policy])
  allowed = false
  expect(await call()).toEqual([429, '"ip-60";r=0;t=7', '7', policy])
})

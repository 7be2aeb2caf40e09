import { describe, expect, test } from 'vitest'
import { createRouteMatcher } from './match-route.ts'
import type { Guard } from './guard.ts'
import { route } from './route.ts'

const guard: Guard = {
  name: 'open',
  security: [],
  schemes: {},
  admit: async () => ({ kind: 'anonymous', tenant: 'main', id: 'anonymous', scopes: new Set() }),
}
const define = (id: string, method: 'GET' | 'POST', path: string) =>
  route({ id, method, path, summary: id, guard, replies: {}, handler: async () => ({ status: 204 }) })
const matchRoute = createRouteMatcher([
  define('own', 'GET', '/users/me'),
  define('user', 'GET', '/users/:userId'),
  define('wallet', 'GET', '/users/:userId/wallets/:walletId'),
  define('create', 'POST', '/users'),
])
const find = (method: string, path: string) => {
  const { route: found, params } = matchRoute(method, path) ?? {}
  return [found?.id, params]
}

describe('the route of a request', () => {
  test.each([
    ['GET', '/users/me', 'own', {}],
    ['GET', '/users/7', 'user', { userId: '7' }],
    ['HEAD', '/users/7', 'user', { userId: '7' }],
    ['GET', '/users/7/', 'user', { userId: '7' }],
    ['GET', '/users/a%2Fb', 'user', { userId: 'a/b' }],
    ['GET', '/users/__proto__', 'user', { userId: '__proto__' }],
    ['GET', '/users/%C3%A9/wallets/1', 'wallet', { userId: 'é', walletId: '1' }],
    ['GET', '/users/%E0%A4%A', 'user', { userId: '%E0%A4%A' }],
    ['POST', '/users', 'create', {}],
  ])('%s %s is %s', (method, path, id, params) => {
    expect(find(method, path)).toEqual([id, params])
  })

  test.each([
    ['GET', '/users'],
    ['POST', '/users/7'],
    ['GET', '/Users/me'],
    ['GET', '/users//wallets/1'],
    ['GET', '/users/7//'],
    ['GET', '/'],
    ['GET', ''],
    ['GET', '//users/me'],
  ])('does not exist for %s %s', (method, path) => {
    expect(matchRoute(method, path)).toBeUndefined()
  })
})

import { expect, it } from 'vitest'
import { actorFromRequest } from './signing-method-auth.ts'

it('returns the same source for all addresses of one IPv6 network', () => {
  const sourceFor = (ip: string) =>
    actorFromRequest({
      caller: { kind: 'service', tenant: 'default', id: 'key', scopes: new Set() },
      requestId: '1',
      ip,
      mount: '',
      method: 'GET',
      target: '/',
      signal: new AbortController().signal,
      headers: {},
      rawBody: undefined,
    }).source
  expect(sourceFor('2001:db8:1:2:3:4:5:6')).toBe(sourceFor('2001:db8:1:2:ffff::1'))
  expect(sourceFor('2001:db8:1:2:3:4:5:6')).not.toBe(sourceFor('2001:db8:1:3:3:4:5:6'))
})

import { describe, expect, test } from 'vitest'
import { formatCookie, listCookieValues } from './cookies.ts'

const cookie = { name: 'billfold-test', path: '/login', sameSite: 'Strict', maxAgeSeconds: 60.5 } as const
const context = (headers: Readonly<Record<string, string>> = {}, url?: string) => ({
  mount: '/id',
  headers,
  ...(url !== undefined && { url }),
})

const secure = '__Host-billfold-test=v; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure'
const plain = 'billfold-test=v; Path=/id/login; Max-Age=60; HttpOnly; SameSite=Strict'

describe('a cookie', () => {
  test.each([
    ['the public URL has TLS', 'https://id.example/id', context()],
    ['the framework reports TLS', undefined, context({}, 'https://id.example/id')],
    ['nobody reports anything', undefined, context()],
    ['a proxy ends TLS and nobody reports it', undefined, context({ host: 'id.example' }, 'http://id.example/id')],
    ['a proxy ends TLS and says so', undefined, context({ 'x-forwarded-proto': 'https' }, 'http://127.0.0.1:3000/id')],
    ['two proxies say so', undefined, context({ 'x-forwarded-proto': 'http, https' }, 'http://localhost/id')],
    [
      'a proxy says so (RFC 7239)',
      undefined,
      context({ forwarded: 'for=192.0.2.1;proto="https"' }, 'http://localhost'),
    ],
    ['the name only looks like this machine', undefined, context({ host: 'localhost.example' })],
    ['the name only starts like this machine', undefined, context({ host: '127.0.0.1.example' })],
  ])('is Secure and has the prefix __Host- if %s', (_, publicUrl, request) => {
    expect(formatCookie(cookie, 'v', publicUrl, request)).toBe(secure)
  })

  test.each([
    ['the public URL has none', 'http://intranet/id', context({ 'x-forwarded-proto': 'https' })],
    ['the framework reports localhost', undefined, context({}, 'http://localhost:3000/id')],
    ['the request names 127.0.0.1', undefined, context({ host: '127.0.0.1:3000' })],
    ['the request names ::1', undefined, context({ host: '[::1]:3000' })],
    ['the request names a host of localhost', undefined, context({ host: 'app.localhost:3000' })],
  ])('is plain and limited to its path without TLS: %s', (_, publicUrl, request) => {
    expect(formatCookie(cookie, 'v', publicUrl, request)).toBe(plain)
  })

  test('without a path is limited to the mount, and to / at the root', () => {
    const format = (mount: string) =>
      formatCookie({ ...cookie, path: '' }, 'v', undefined, { mount, headers: { host: 'localhost' } })
    expect(format('/id')).toContain('; Path=/id;')
    expect(format('')).toContain('; Path=/;')
  })

  test('is read under its own name only, so that one without the prefix cannot take its place', () => {
    const headers = { cookie: 'billfold-test=a; __Host-billfold-test=b;__Host-billfold-test=c; other=d' }
    expect(listCookieValues(cookie, undefined, context(headers))).toEqual(['b', 'c'])
    expect(listCookieValues(cookie, 'http://intranet', context(headers))).toEqual(['a'])
    expect(listCookieValues(cookie, undefined, context())).toEqual([])
    const many = { cookie: Array.from({ length: 9 }, (_, index) => `__Host-billfold-test=${index}`).join('; ') }
    expect(listCookieValues(cookie, undefined, context(many))).toEqual(['0', '1', '2', '3'])
  })
})

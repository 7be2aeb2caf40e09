import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DnsResolver } from '../../../platform/http-client/ssrf-safe-request.ts'
import { outcomeCode } from '../../../test-fixtures/outcome-code.ts'
import {
  testCertificate,
  type TestSessionService,
  startSessionService,
} from '../../../test-fixtures/session-service.ts'
import { parseDvcId, type ForeignSessionService, fetchForeignSession } from './foreign-session.ts'

const session = {
  sessionId: 's1',
  origin: { tag: 'shop' },
  metadata: { purpose: 'login' },
  privateInfo: JSON.stringify({ dvcID: 'still' }),
}
const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/good': (_, response) => response.end(JSON.stringify(session)),
  '/redirect': (_, response) => response.writeHead(302, { location: '/good' }).end(),
  '/large': (_, response) => response.end(JSON.stringify({ ...session, metadata: { a: 'x'.repeat(70_000) } })),
  '/endless': (_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(10_000)));
    }
    response.on('drain', more)
    more()
  },
  '/text': (_, response) => response.end('hello'),
  '/other': (_, response) => response.end('{"id":7}'),
  '/expired': (_, response) => response.end(JSON.stringify({ ...session, expiryTS: 1_700_000_000 })),
  '/missing': (_, response) => response.writeHead(404).end(JSON.stringify(session)),
  '/cut': (_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{')
    response.destroy()
  },
}

let service: TestSessionService
let listed: ForeignSessionService
const to =
  (...addresses: readonly string[]): DnsResolver =>
  async () =>
    addresses
const at = (path: string, host = 'sessions.example') => `https://${host}:${service.port}${path}`
const read = (url: string, resolve = to('127.0.0.1'), known: readonly ForeignSessionService[] = [listed]) =>
  fetchForeignSession(url, known, resolve)

beforeAll(async () => {
  service = await startSessionService((request, response) => answers[request.url ?? '']?.(request, response))
  const origin = `https://sessions.example:${service.port}`
  listed = { origin, allowPrivateAddresses: true, ca: testCertificate }
})
afterAll(() => service.close())

describe('fetchForeignSession', () => {
  it('fetches a session from a listed origin at the checked address', async () => {
    const { info, url } = await read(at('/good#fragment'))
    expect(url).toBe(at('/good'))
    expect(info).toMatchObject({ sessionId: 's1', origin: { tag: 'shop' } })
    expect(parseDvcId(info)).toBe('still')
    expect(service.requests.at(-1)).toEqual({ path: '/good', host: `sessions.example:${service.port}` })
  })

  it('rejects redirects, oversized and endless bodies, error statuses, and bodies that are no valid session', async () => {
    for (const path of ['/redirect', '/large', '/endless', '/text', '/other', '/expired', '/missing', '/cut'])
      expect(await outcomeCode(read(at(path)))).toBe('session-url.rejected')
    expect(service.requests.filter(({ path }) => path === '/good')).toHaveLength(1)
  })

  it('sends no request to a URL whose origin is not listed', async () => {
    const before = service.requests.length
    const { port } = service
    for (const url of [
      at('/good', 'evil.example'),
      at('/good', 'sessions.example.evil.example'),
      `https://sessions.example:${port + 1}/good`,
      `https://sessions.example/good`,
      `http://sessions.example:${port}/good`,
      `https://user:secret@sessions.example:${port}/good`,
      `https://user@sessions.example:${port}/good`,
      `https://sessions.example:${port}@evil.example/good`,
      at('/good', '127.0.0.1'),
      at('/good', '[::1]'),
      at('/good', '[::ffff:127.0.0.1]'),
      at('/good', '2130706433'),
      'file:///etc/passwd',
      'ftp://sessions.example/',
      '//sessions.example/good',
      'nonsense',
      '',
    ])
      expect(await outcomeCode(read(url))).toBe('session-url.rejected')
    expect(service.requests).toHaveLength(before)
  })

  it.each([
    ['a loopback address', ['127.0.0.1']],
    ['a link-local address', ['169.254.169.254']],
    ['a private address', ['10.0.0.1']],
    ['a private address beside a public one', ['1.1.1.1', '192.168.0.1']],
    ['the loopback address of IPv6', ['::1']],
    ['an IPv4-mapped IPv6 address', ['::ffff:127.0.0.1']],
    ['a link-local address of IPv6', ['fe80::1']],
    ['no address', []],
    ['an invalid address', ['localhost']],
  ])('sends no request if the host name resolves to %s', async (_, addresses) => {
    const before = service.requests.length
    const strict = { ...listed, allowPrivateAddresses: false }
    expect(await outcomeCode(read(at('/good'), to(...addresses), [strict]))).toBe('session-url.rejected')
    expect(service.requests).toHaveLength(before)
  })

  it('resolves the host name exactly once', async () => {
    let lookupCount = 0
    const rebinding: DnsResolver = async () => (++lookupCount === 1 ? ['127.0.0.1'] : ['203.0.113.9'])
    expect(await outcomeCode(read(at('/good'), rebinding))).toBe('done')
    expect(lookupCount).toBe(1)
  })

  it('rejects a server without a trusted certificate for its host name', async () => {
    const { ca: _, ...uncertified } = listed
    expect(await outcomeCode(read(at('/good'), to('127.0.0.1'), [uncertified]))).toBe('session-url.rejected')
    const wrong = { ...listed, origin: `https://wrong.example:${service.port}` }
    expect(await outcomeCode(read(at('/good', 'wrong.example'), to('127.0.0.1'), [wrong]))).toBe('session-url.rejected')
  })

  it('times out if the name is never resolved', { timeout: 300_000 }, async () => {
    const never: DnsResolver = () => new Promise(() => {})
    expect(await outcomeCode(read(at('/good'), never))).toBe('session-url.rejected')
  })
})

import { expect, it } from 'vitest'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { anyMounting } from '../hosts/mountings.ts'
import { createProbe, type ProbeApi } from './probe-api.ts'

let probe: ProbeApi

describeMounted(
  'replies',
  async () => {
    probe = createProbe()
    return probe.api
  },
  (client) => {
    it('passes path, query, address and mount to the handler', async () => {
      const { status, json } = await client.request('GET', '/things/a%20b%2Fc?page=2&tag=x&tag=y')
      expect(status).toBe(200)
      expect(json).toMatchObject({
        thingId: 'a b/c',
        page: 2,
        tag: ['x', 'y'],
        ip: '127.0.0.1',
        mount: client.mounting.prefix,
      })
    })

    it('sets Cache-Control and X-Content-Type-Options', async () => {
      const { headers } = await client.request('GET', '/things/1')
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-type': 'application/json; charset=utf-8',
      })
    })

    it('uses a well-formed request id of the caller', async () => {
      const given = await client.request('GET', '/things/1', { headers: { 'x-request-id': 'trace-1:2/3' } })
      expect(given.headers['x-request-id']).toBe('trace-1:2/3')
      expect(given.json).toMatchObject({ requestId: 'trace-1:2/3' })
    })

    it.each(['with space', 'a'.repeat(129), 'quote"', '<script>'])(
      'replaces the malformed request id %j',
      async (id) => {
        const { headers } = await client.request('GET', '/things/1', { headers: { 'x-request-id': id } })
        expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
      },
    )

    it('answers HEAD for a GET route, without a body', async () => {
      const { status, text, headers } = await client.request('HEAD', '/things/1')
      expect([status, text]).toEqual([200, ''])
      expect(headers['x-content-type-options']).toBe('nosniff')
    })

    it('sends 204 and 202 without a body', async () => {
      const gone = await client.request('DELETE', '/things/1')
      expect([gone.status, gone.text, gone.headers['content-type']]).toEqual([204, '', undefined])
      const quiet = await client.request('POST', '/quiet')
      expect([quiet.status, quiet.text, quiet.headers['content-type']]).toEqual([202, '', undefined])
    })

    it('returns 405 and the allowed methods for a known path', async () => {
      const { status, headers, json } = await client.request('PATCH', '/things/1')
      expect(status).toBe(405)
      expect(headers['allow']).toBe('DELETE, GET, HEAD, PUT')
      expect(json).toMatchObject({ error: { code: 'route.method-not-allowed', requestId: headers['x-request-id'] } })
    })

    it('answers OPTIONS with the allowed methods', async () => {
      const { status, headers } = await client.request('OPTIONS', '/things/1')
      expect([status, headers['allow']]).toEqual([204, 'DELETE, GET, HEAD, PUT'])
    })

    it('returns 404 for an unknown path under a prefix, and passes it to the host at the root', async () => {
      const { status, json, text } = await client.request('GET', '/nowhere/at/all')
      expect(status).toBe(404)
      if (client.mounting.prefix === '') expect(text).toBe('host: no such page')
      else expect(json).toMatchObject({ error: { code: 'route.not-found' } })
    })

    it('matches paths case-sensitively', async () => {
      expect((await client.request('GET', '/Things/1')).status).toBe(404)
    })

    it('accepts a trailing slash', async () => {
      expect((await client.request('GET', '/things/1/')).json).toMatchObject({
        thingId: '1',
        mount: client.mounting.prefix,
      })
    })

    it.each(['/things/%zz', '/things/%', '/things/%c3%28', '/things/%00'])(
      'returns 400 for the malformed path %s',
      async (path) => {
        const { status, json } = await client.request('GET', path)
        expect(status).toBe(400)
        // Fastify rejects a path that it cannot decode itself.
        const isRejectedByHost = client.mounting.through === 'fastify' && path !== '/things/%00'
        expect(json).toMatchObject(
          isRejectedByHost ? { code: 'FST_ERR_BAD_URL' } : { error: { code: 'input.invalid' } },
        )
      },
    )

    it.each([
      ['too many parameters', `?${'a=1&'.repeat(200)}`],
      ['too long', `?a=${'x'.repeat(9000)}`],
      ['with U+0000', '?tag=%00'],
    ])('returns 400 for a query %s', async (_what, query) => {
      const { status, json } = await client.request('GET', `/things/1${query}`)
      expect(status).toBe(400)
      expect(json).toMatchObject({ error: { code: 'input.invalid', issues: [{ path: 'query' }] } })
    })

    it('accepts query names that are properties of Object.prototype', async () => {
      expect((await client.request('GET', '/things/1?__proto__=a&constructor=b&toString=c&%zz=%')).status).toBe(200)
    })

    it.each(['unexpected', 'nothing', 'zod', 'bigint', 'header', 'status'])(
      'returns nothing but the request id for an unexpected failure (%s), and logs it',
      async (id) => {
        probe.logged.length = 0
        const { status, json, text, headers } = await client.request('GET', `/fails/${id}`)
        expect(status).toBe(500)
        const requestId = headers['x-request-id']
        expect(json).toEqual({ error: { code: 'unexpected', message: 'Something went wrong', issues: [], requestId } })
        // The random id may contain these digits.
        expect(text.replace(String(requestId), '')).not.toContain('1234')
        expect(probe.logged).toHaveLength(1)
        expect(probe.logged[0]?.fields).toMatchObject({ requestId, api: 'probe', route: id, code: 'unexpected' })
      },
    )

    it('returns 409 for a commit conflict', async () => {
      expect((await client.request('GET', '/fails/commit')).json).toMatchObject({ error: { code: 'storage.conflict' } })
    })

    it('sends Retry-After', async () => {
      const busy = await client.request('GET', '/fails/busy')
      expect([busy.status, busy.headers['retry-after']]).toEqual([429, '7'])
      const storage = await client.request('GET', '/fails/storage')
      expect([storage.status, storage.headers['retry-after']]).toEqual([503, '5'])
    })

    it('streams a complete body', async () => {
      const { status, text } = await client.request('GET', '/streams/whole')
      expect([status, text.length]).toEqual([200, 500_000])
    })

    it('aborts the connection if a stream fails, and logs the cause', async () => {
      probe.logged.length = 0
      await expect(client.request('GET', '/streams/broken')).rejects.toThrow(/aborted|socket hang up|ECONNRESET/)
      expect(probe.logged[0]).toMatchObject({ message: 'response stream failed', fields: { route: 'broken' } })
    })

    it('limits by source address', async () => {
      const statuses = []
      for (let call = 0; call < 5; call++) statuses.push((await client.request('POST', '/limited/by-ip')).status)
      expect(statuses).toEqual([200, 200, 200, 429, 429])
    })

    it('limits by caller after authentication only', async () => {
      const call = (name: string) =>
        client.request('POST', '/limited/by-caller', { headers: { authorization: `Bearer ${name}` } })
      const statuses = []
      for (const name of ['eve', 'alice', 'alice', 'alice', 'bob', 'eve']) statuses.push((await call(name)).status)
      expect(statuses).toEqual([401, 200, 200, 429, 200, 401])
      expect(Number((await call('alice')).headers['retry-after'])).toBeGreaterThan(0)
    })

    it('authenticates before it reads the body', async () => {
      const { status } = await client.request('POST', '/guarded', {
        body: '<xml/>',
        headers: { 'content-type': 'text/xml' },
      })
      expect(status).toBe(401)
    })

    it('serves its OpenAPI document with its mount as server', async () => {
      const { json } = await client.request('GET', '/openapi.json')
      expect(json).toMatchObject({ openapi: '3.1.0', servers: [{ url: client.mounting.prefix || '/' }] })
    })

    it('passes pages and errors of the host through', async () => {
      expect((await client.requestHost('GET', '/host/ok')).text).toBe('host: ok')
      expect((await client.requestHost('GET', '/host/missing')).text).toBe('host: no such page')
      const before = client.hostErrors.length
      const failed = await client.requestHost('GET', '/host/fails')
      expect([failed.status, failed.text]).toEqual([418, 'host: failed'])
      expect(client.hostErrors.length).toBe(before + 1)
    })

    it('does not pass its own errors to the host', () => {
      expect(client.hostErrors).toEqual(['Error: the host failed'])
    })
  },
  { only: anyMounting },
)

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { silentLogger } from '@billfold/core'
import { createMountableApi, type IncomingRequest, jsonErrorReply, route } from '@billfold/core/http'
import { findTestRedis } from '@billfold/test-databases'
import { createClient } from 'redis'
import { describe, expect, test } from 'vitest'
import { redisRateLimiter } from './redis-rate-limiter.ts'

const redis = await findTestRedis()

/** A way to Redis that can be cut, and restored at the same port. */
async function startProxy(to: { readonly host: string; readonly port: number }) {
  const sockets = new Set<Socket>()
  const server: Server = createServer((near) => {
    const far = connect(to)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    far.pipe(near)
  })
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('there is no port')
    return address.port
  }
  const cut = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
    server.close()
    await once(server, 'close')
  }
  const port = await listen(0)
  return { port, cut, restore: () => listen(port) }
}

const limited = route({
  id: 'limited',
  method: 'POST',
  path: '/limited',
  summary: 'Is limited',
  guard: {
    name: 'open',
    security: [],
    schemes: {},
    admit: async () => ({ kind: 'anonymous', tenant: 'main', id: 'anonymous', scopes: new Set() }),
  },
  limits: [{ by: 'ip', limit: 3, windowSeconds: 700_000_000 }],
  replies: { 204: { description: 'Counted' } },
  handler: async () => ({ status: 204 }),
})

const request: IncomingRequest = {
  method: 'POST',
  path: '/limited',
  mount: '',
  params: {},
  query: '',
  headers: {},
  ip: '192.0.2.1',
  body: { kind: 'none' },
  signal: new AbortController().signal,
}

describe.skipIf(redis === undefined)('an API whose rate limiter counts on Redis', () => {
  test('replies 503 while Redis is away, counts on when it is back, and says what is left', async () => {
    if (redis === undefined) throw new Error('there is no Redis')
    const proxy = await startProxy(redis)
    const client = createClient({ url: `redis://127.0.0.1:${proxy.port}`, socket: { reconnectStrategy: 20 } })
    client.on('error', () => {})
    await client.connect()
    const rateLimiter = redisRateLimiter(client, { prefix: `billfold-test:${randomUUID()}`, timeoutMs: 200 })
    const errors: string[] = []
    const logger = { ...silentLogger, error: (_fields: unknown, message: string) => void errors.push(message) }
    const bare = { name: 'probe', title: 'Probe', routes: [limited], errorReply: jsonErrorReply }
    const api = createMountableApi(bare, { logger, rateLimiter })
    const call = () => api.handle(limited, request)
    try {
      const first = await call()
      expect([first.status, first.headers['ratelimit-policy']]).toEqual([204, '"ip-700000000";q=3;w=700000000'])
      expect(first.headers['ratelimit']).toMatch(/^"ip-700000000";r=2;t=\d+$/)

      await proxy.cut()
      const away = await call()
      expect([away.status, away.headers['retry-after'], away.headers['ratelimit']]).toEqual([503, '5', undefined])
      expect(away.body).toContain('rate-limiter.unavailable')
      expect(errors).toEqual(['Requests cannot be counted at the moment, try again later'])

      await proxy.restore()
      await expect.poll(async () => (await call()).status, { interval: 50 }).not.toBe(503)
      // What was sent during the outage may have been counted as well: never less.
      const statuses = [await call(), await call(), await call()].map(({ status }) => status)
      expect(statuses.at(-1)).toBe(429)
    } finally {
      client.destroy()
      await proxy.cut()
    }
  })
})

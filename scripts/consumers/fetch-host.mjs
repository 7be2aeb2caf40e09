// A host that answers web requests with fetchHandler(), on the server of each runtime: Bun.serve, Deno.serve, and in Node what stands
// before Next.js route handlers: a server of @hono/node-server. Exits with a message and status 1 on any failure.
import assert from 'node:assert/strict'
import process from 'node:process'
import { createBillfold, localKeyring, memoryStorage, newKey, silentLogger } from '@billfold/core'
import { createMountableApi } from '@billfold/core/http'
import { memoryRateLimiter } from '@billfold/core/rate-limits'
import { fetchHandler } from '@billfold/fetch-adapter'
import { counts, probe } from './probe-api.mjs'

const billfold = createBillfold({
  storage: memoryStorage(),
  keyring: localKeyring({ keys: { first: newKey() }, currentKeyId: 'first' }),
})

/**
 * The handler of the host: two APIs, and a page.
 * @param {(request: Request, host: any) => string | undefined} clientAddress
 */
function createHandler(clientAddress) {
  const services = { logger: silentLogger, rateLimiter: memoryRateLimiter() }
  return fetchHandler(billfold.custody, {
    prefix: '/custody',
    clientAddress,
    fallthrough: fetchHandler(createMountableApi(probe, services), {
      prefix: '/probe',
      clientAddress,
      fallthrough: () => new Response('the host', { status: 200 }),
    }),
  })
}

/** Starts the server of the runtime, and returns its name and port. */
async function serve() {
  if ('Bun' in globalThis) {
    const handler = createHandler((request, server) => server.requestIP(request)?.address)
    const server = globalThis.Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: handler })
    return { name: 'Bun', port: server.port }
  }
  if ('Deno' in globalThis) {
    const handler = createHandler((_request, info) => info.remoteAddr.hostname)
    const server = globalThis.Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: () => {} }, handler)
    return { name: 'Deno', port: server.addr.port }
  }
  const { serve: serveOnNode } = await import('@hono/node-server')
  const handler = createHandler((_request, { incoming }) => incoming.socket.remoteAddress)
  const port = await new Promise((resolve) => {
    serveOnNode({ port: 0, hostname: '127.0.0.1', fetch: handler }, (info) => resolve(info.port))
  })
  return { name: 'Node', port }
}

/** Polls until a counter reaches a value. @param {() => number} counter @param {number} value @param {string} what */
async function reaches(counter, value, what) {
  for (let attempt = 0; attempt < 600 && counter() < value; attempt++)
    await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(counter(), value, what)
}

async function run() {
  const { name, port } = await serve()
  const base = `http://127.0.0.1:${port}`
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'host', scopes: ['custody'] })
  const headers = { authorization: `Basic ${btoa(`${keyId}:${keySecret}`)}`, 'content-type': 'application/json' }
  const createUser = (/** @type {unknown} */ body) =>
    fetch(`${base}/custody/api/users`, { method: 'POST', headers, body: JSON.stringify(body) })

  const created = await createUser({ reference: 'ada', signingMethod: { type: 'PIN', value: '294817' } })
  assert.equal((await created.json()).result.reference, 'ada')
  const large = await createUser({ reference: 'x'.repeat(2_000_000) })
  assert.equal(large.status, 413)
  await large.text()
  const deep = await fetch(`${base}/custody/api/users`, {
    method: 'POST',
    headers,
    body: '{"a":'.repeat(65) + '1' + '}'.repeat(65),
  })
  assert.equal(deep.status, 400)
  await deep.text()
  const head = await fetch(`${base}/custody/api/chains`, { method: 'HEAD', headers })
  assert.deepEqual([head.status, await head.text()], [200, ''])
  const wrong = await fetch(`${base}/custody/api/chains`, { method: 'PATCH' })
  assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'GET, HEAD'])
  await wrong.text()
  const unknown = await fetch(`${base}/custody/unknown`)
  assert.deepEqual([unknown.status, (await unknown.json()).success], [404, false])
  assert.equal(await (await fetch(`${base}/other`)).text(), 'the host')

  const ip = await fetch(`${base}/probe/ip`)
  assert.deepEqual(ip.headers.getSetCookie(), ['a=1; Path=/', 'b=2; Path=/'])
  assert.deepEqual(await ip.json(), { ip: '127.0.0.1', url: `${base}/probe` })

  const waiting = new AbortController()
  const waited = fetch(`${base}/probe/wait`, { method: 'POST', signal: waiting.signal }).catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, 200))
  waiting.abort()
  await waited
  await reaches(() => counts.aborted, 1, 'the signal of the handler aborts')

  const streaming = new AbortController()
  const stream = await fetch(`${base}/probe/endless`, { signal: streaming.signal })
  await stream.body?.getReader().read()
  streaming.abort()
  await reaches(() => counts.closedStreams, 1, 'the stream is closed')
  console.log(`fetchHandler() works in ${name}`)
}

run().then(
  () => process.exit(0),
  (/** @type {unknown} */ error) => {
    console.error(error)
    process.exit(1)
  },
)

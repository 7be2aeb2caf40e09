import { describe, expect, it } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { anyMounting } from '../hosts/mountings.ts'
import { createProbe, type ProbeApi } from './probe-api.ts'

let probe: ProbeApi

async function build() {
  probe = createProbe(300)
  return probe.api
}

const json = { 'content-type': 'application/json' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** Bodies that a parser of the host would reject or read differently. */
function unparsedBodies(client: MountedClient): void {
  it.each([
    ['not JSON', '{"name":'],
    ['JSON with trailing data', '{"name":"a"} x'],
    ['too deep', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`],
    ['far too deep', '['.repeat(9000)],
    ['half a surrogate pair', '{"name":"\\ud800"}'],
    ['U+0000', '{"name":"\\u0000"}'],
  ])('returns 400 for a body that is %s', async (_what, body) => {
    const answer = await client.request('POST', '/things', { headers: json, body })
    expect(answer.status).toBe(400)
    expect(answer.json).toMatchObject({ error: { code: 'body.malformed', message: 'Malformed request body' } })
  })

  it('returns 400 for a body in another encoding than UTF-8', async () => {
    const body = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])
    expect((await client.request('POST', '/things', { headers: json, body })).json).toMatchObject({
      error: { code: 'body.malformed' },
    })
  })

  it.each([
    ['another charset', { 'content-type': 'application/json; charset=latin1' }],
    ['a content coding', { ...json, 'content-encoding': 'gzip' }],
    ['an unknown content coding', { ...json, 'content-encoding': 'x' }],
  ])('returns 415 for %s', async (_what, headers) => {
    const answer = await client.request('POST', '/things', { headers, body: '{"name":"a"}' })
    expect(answer.status).toBe(415)
    expect(answer.json).toMatchObject({ error: { code: 'body.unsupported-type' } })
  })

  it('returns 413 for a chunked body above the limit', async () => {
    const chunks = Array.from({ length: 30 }, () => 'x'.repeat(1000))
    const answer = await client.request('POST', '/things', { headers: json, chunks })
    expect(answer.status).toBe(413)
    expect(answer.json).toMatchObject({ error: { code: 'body.too-large' } })
  })

  it('accepts a byte order mark', async () => {
    expect((await client.request('POST', '/things', { headers: json, body: '\ufeff{"name":"a"}' })).status).toBe(200)
  })

  it('uses the last of two fields of the same name, as JSON.parse does', async () => {
    const answer = await client.request('POST', '/things', { headers: json, body: '{"name":"a","name":"b"}' })
    expect(answer.json).toEqual({ name: 'b' })
  })

  it('returns 400 for too many form fields', async () => {
    const body = `grant=a&${'x=1&'.repeat(200)}`
    expect((await client.request('POST', '/form', { headers: form, body })).json).toMatchObject({
      error: { code: 'body.malformed' },
    })
  })

  it('returns 408 for a slow body and closes the connection', async () => {
    const connection = await client.connect()
    connection.socket.write(
      `POST ${client.mounting.prefix}/things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    )
    const received = await connection.waitFor(/body\.too-slow/)
    expect(received).toMatch(/^HTTP\/1\.1 408 /)
    await connection.closed
  })
}

function bodies(client: MountedClient): void {
  it('accepts JSON', async () => {
    const answer = await client.request('POST', '/things', { json: { name: 'é 🙂', count: 3, other: true } })
    expect(answer.json).toEqual({ name: 'é 🙂', count: 3 })
  })

  it('accepts JSON under a type with a charset or a +json suffix', async () => {
    const body = '{"name":"a"}'
    for (const type of ['application/json; charset=UTF-8', 'application/ld+json', 'Application/JSON;charset="utf-8"']) {
      expect((await client.request('POST', '/things', { headers: { 'content-type': type }, body })).status, type).toBe(
        200,
      )
    }
  })

  it('returns the names of all invalid fields, without their values', async () => {
    const {
      status,
      json: received,
      text,
    } = await client.request('PUT', `/things/${'i'.repeat(65)}`, {
      json: { name: 'secret'.repeat(50), count: 5000, tags: [1] },
    })
    expect(status).toBe(400)
    expect(received).toMatchObject({
      error: {
        code: 'input.invalid',
        issues: [{ path: 'thingId' }, { path: 'name' }, { path: 'count' }, { path: 'tags.0' }],
      },
    })
    expect(text).not.toMatch(/secret|5000|iiii/)
  })

  it('returns at most twenty invalid fields', async () => {
    const { json: received } = await client.request('POST', '/things', {
      json: { name: 'a', tags: Array.from({ length: 500 }, () => 1) },
    })
    expect(received).toHaveProperty('error.issues.length', 20)
  })

  it.each([
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/x-www-form-urlencoded',
    ';;;',
    'application/json, text/plain',
  ])('returns 415 for the content type %s', async (type) => {
    const answer = await client.request('POST', '/things', { headers: { 'content-type': type }, body: 'name=a' })
    expect(answer.status).toBe(415)
    expect(answer.json).toMatchObject({ error: { code: 'body.unsupported-type' } })
  })

  it('returns 415 for a body without a content type', async () => {
    expect((await client.request('POST', '/things', { body: '{"name":"a"}' })).status).toBe(415)
  })

  it('returns 413 for a declared length above the limit, and reads the next request of the connection', async () => {
    const connection = await client.connect()
    const body = `{"name":"${'x'.repeat(20_000)}"}`
    const post = `POST ${client.mounting.prefix}/things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    connection.socket.write(`${post}GET ${client.mounting.prefix}/things/next HTTP/1.1\r\nHost: a\r\n\r\n`)
    const received = await connection.waitFor(/"thingId":"next"/)
    expect(received).toMatch(/^HTTP\/1\.1 413 [\s\S]*body\.too-large[\s\S]*HTTP\/1\.1 200 /)
    connection.socket.destroy()
  })

  it('rejects a missing body if the route requires one', async () => {
    for (const headers of [{ 'content-length': '0' }, { ...json, 'content-length': '0' }]) {
      const answer = await client.request('POST', '/things', { headers })
      expect(answer.status).toBe(400)
      expect(answer.json).toMatchObject({ error: { code: 'body.malformed', message: 'The body is missing' } })
    }
  })

  it('rejects an empty body without a content length', async () => {
    // Parsers turn it into `{}`, which the schema rejects.
    expect((await client.request('POST', '/things', { headers: json, chunks: [] })).status).toBe(400)
  })

  it('treats a missing body as empty if the route allows it', async () => {
    expect((await client.request('POST', '/optional')).json).toEqual({})
    expect((await client.request('POST', '/optional', { headers: json })).json).toEqual({})
    expect((await client.request('POST', '/optional', { json: { name: 'a' } })).json).toEqual({ name: 'a' })
  })

  it.each([
    ['arrays', '[', ']', 45_000],
    ['objects', '{"a":', '}', 15_000],
  ])('returns 400 for a chunked body of %s nested thousands deep', async (_what, open, close, depth) => {
    const body = `{"text":"a","x":${open.repeat(depth)}1${close.repeat(depth)}}`
    const chunks = body.match(/.{1,1000}/g) ?? []
    const answer = await client.request('POST', '/large', { headers: json, chunks })
    expect(answer.status).toBe(400)
    expect(answer.json).toMatchObject({ error: { code: 'body.malformed' } })
  })

  it('prevents fields from changing a prototype', async () => {
    const body =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"deep":{"__proto__":{"polluted":1}}}'
    const answer = await client.request('POST', '/loose', { headers: json, body })
    // Koa's parser rejects such a body itself.
    if (client.mounting.framework === 'koa' && client.mounting.parser) expect(answer.status).toBe(418)
    else expect(answer.json).toMatchObject({ polluted: false })
    expect({}).not.toHaveProperty('polluted')
  })

  it('accepts forms, and refuses one with a repeated field', async () => {
    const send = (body: string) => client.request('POST', '/form', { headers: form, body })
    expect((await send('grant=client%20a+b&scope=x&z=')).json).toEqual({ grant: 'client a b', scope: 'x' })
    const repeated = await send('grant=client%20a+b&scope=x&scope=y&z=')
    expect(repeated).toMatchObject({ status: 400, json: { error: { code: 'input.invalid' } } })
  })

  it('passes the raw bytes to a route that declares it', async () => {
    const body = '{ "a" : "\\u00e9 é" }'
    const answer = await client.request('POST', '/raw', { headers: json, body })
    expect(answer.json).toEqual({ body: { a: 'é é' }, raw: Buffer.from(body).toString('base64') })
  })

  it('answers pipelined requests in order', async () => {
    const connection = await client.connect()
    const post = (name: string) => {
      const body = `{"name":"${name}"}`
      return `POST ${client.mounting.prefix}/things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    }
    connection.socket.write(['one', 'two', 'three'].map(post).join(''))
    expect(await connection.waitFor(/"three"/)).toMatch(/"one"[\s\S]*"two"[\s\S]*"three"/)
    connection.socket.destroy()
  })

  it('logs nothing if a client disconnects within a body', async () => {
    const before = probe.logged.length
    const connection = await client.connect()
    connection.socket.write(
      `POST ${client.mounting.prefix}/things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name"`,
    )
    await new Promise((resolve) => setTimeout(resolve, 20))
    connection.socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(probe.logged.length).toBe(before)
    expect((await client.request('POST', '/things', { json: { name: 'a' } })).status).toBe(200)
  })

  it('aborts the signal of the handler if the client disconnects', async () => {
    const before = probe.abortedWaits()
    const connection = await client.connect()
    connection.socket.write(`POST ${client.mounting.prefix}/wait HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`)
    await new Promise((resolve) => setTimeout(resolve, 30))
    connection.socket.destroy()
    await expect.poll(probe.abortedWaits).toBe(before + 1)
  })

  it('closes a stream if its reader disconnects, and applies backpressure', async () => {
    const before = probe.closedStreams()
    const connection = await client.connect()
    connection.socket.write(`GET ${client.mounting.prefix}/streams/endless HTTP/1.1\r\nHost: a\r\n\r\n`)
    await connection.waitFor(/200 OK/)
    connection.socket.pause()
    await new Promise((resolve) => setTimeout(resolve, 30))
    connection.socket.destroy()
    await expect.poll(probe.closedStreams).toBe(before + 1)
  })
}

describeMounted('bodies', build, bodies, { only: anyMounting })
describeMounted('unparsed bodies', build, unparsedBodies, { only: ({ parser }) => !parser })

describeMounted(
  'bodies behind parsers of the host',
  build,
  (client) => {
    it('passes malformed bodies to the host', async () => {
      const answer = await client.request('POST', '/things', { headers: json, body: '{"name":' })
      expect([answer.status, answer.text]).toEqual([418, 'host: failed'])
    })

    it('passes bodies above the limit of the host to the host, and applies its own limit below', async () => {
      const over = await client.request('POST', '/large', { json: { text: 'x'.repeat(200_000) } })
      expect([over.status, over.text]).toEqual([418, 'host: failed'])
      const under = await client.request('POST', '/things', {
        headers: json,
        chunks: ['{"name":"', ...Array<string>(50).fill('x'.repeat(1000)), '"}'],
      })
      expect(under.json).toMatchObject({ error: { code: 'body.too-large' } })
    })

    it('applies the same rules to bodies parsed by the host', async () => {
      const deep = await client.request('POST', '/loose', {
        headers: json,
        body: `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`,
      })
      expect(deep.json).toMatchObject({ error: { code: 'body.malformed' } })
      const nul = await client.request('POST', '/loose', { headers: json, body: '{"a":"\\u0000"}' })
      expect(nul.json).toMatchObject({ error: { code: 'body.malformed' } })
    })

    it('reads types that the parsers skip', async () => {
      const answer = await client.request('POST', '/raw', {
        headers: { 'content-type': 'application/ld+json' },
        body: '{"a":1}',
      })
      expect(answer.json).toMatchObject({ body: { a: 1 } })
    })
  },
  { only: ({ parser }) => parser },
)

describe.each(['text', 'bytes'] as const)('behind a parser that returns %s', (unparsedBody) => {
  describeMounted(
    'bodies',
    build,
    (client) => {
      it('parses the body read by the host', async () => {
        expect((await client.request('POST', '/things', { json: { name: 'é' } })).json).toEqual({ name: 'é' })
        const raw = await client.request('POST', '/raw', { headers: json, body: '{"a":"é"}' })
        expect(raw.json).toEqual({ body: { a: 'é' }, raw: Buffer.from('{"a":"é"}').toString('base64') })
      })

      it('rejects the same bodies as without the parser', async () => {
        const statuses = []
        for (const body of ['{', '', '{"name":1}', `{"name":"${'x'.repeat(20_000)}"}`]) {
          statuses.push((await client.request('POST', '/things', { headers: json, body })).status)
        }
        expect(statuses).toEqual([400, 400, 400, 413])
      })
    },
    { only: ({ parser }) => parser, unparsedBody },
  )
})

describeMounted(
  'behind a proxy',
  build,
  (client) => {
    it('uses the forwarded address trusted by the host', async () => {
      const { json: received } = await client.request('GET', '/things/1', {
        headers: { 'x-forwarded-for': '203.0.113.9' },
      })
      expect(received).toMatchObject({ ip: '203.0.113.9' })
    })
  },
  { trustProxy: true, only: anyMounting },
)

describeMounted(
  'without a proxy',
  build,
  (client) => {
    it('ignores a forwarded address claimed by the caller', async () => {
      const { json: received } = await client.request('GET', '/things/1', {
        headers: { 'x-forwarded-for': '203.0.113.9' },
      })
      expect(received).toMatchObject({ ip: '127.0.0.1' })
    })
  },
  { only: anyMounting },
)

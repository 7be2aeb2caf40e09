import { PassThrough, Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outcomeCode } from '../test-fixtures/outcome-code.ts'
import { type MultipartLimits, readMultipart } from './multipart.ts'

const limits: MultipartLimits = { limit: 1_000_000, partLimit: 100_000, maxParts: 10 }
const type = 'multipart/form-data; boundary=b'

interface SentPart {
  readonly name: string
  readonly content: Uint8Array
}

const encodePart = ({ name, content }: SentPart): Uint8Array =>
  Buffer.concat([
    Buffer.from(`--b\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: image/png\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ])

const encodeBody = (parts: readonly SentPart[]): Uint8Array =>
  Buffer.concat([...parts.map(encodePart), Buffer.from('--b--\r\n')])

function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let from = 0, index = 0; from < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1
    yield bytes.subarray(from, from + size)
    from += size
  }
}

const longPart = (): SentPart => ({ name: 'p', content: Buffer.alloc(70_000, 7) })

async function read(body: Readable, partLimits: MultipartLimits = limits, milliseconds = 5000): Promise<SentPart[]> {
  const incoming = readMultipart(body, type, partLimits, milliseconds)
  const parts: SentPart[] = []
  try {
    for await (const { name, content } of incoming.parts) {
      const pieces: Uint8Array[] = []
      for await (const piece of content) pieces.push(piece)
      parts.push({ name, content: Buffer.concat(pieces) })
    }
  } finally {
    incoming.stop()
  }
  return parts
}

const from = (...chunks: readonly (string | Uint8Array)[]): Readable =>
  Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)),
    { objectMode: false },
  )

describe('a multipart body', () => {
  it('yields its parts unchanged, for any chunking', async () => {
    const parts = fc.array(
      fc.record({
        name: fc.stringMatching(/^[a-z$-]{1,10}$/),
        // Much of what the boundary is made of.
        content: fc
          .array(fc.constantFrom('\r', '\n', '-', '--b', '\r\n--', 'x', '\0', '\r\n--c'), { maxLength: 60 })
          .map((texts) => Buffer.from(texts.join(''))),
      }),
      { maxLength: 6 },
    )
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(parts, sizes, async (sent, cuts) => {
        fc.pre(
          sent.every(
            ({ content }) => !content.includes('\r\n--b') && !Buffer.from(content).toString().startsWith('--b'),
          ),
        )
        const body = Readable.from(cut(encodeBody(sent), cuts), { objectMode: false })
        expect(await read(body)).toEqual(sent.map(({ name, content }) => ({ name, content })))
      }),
      { numRuns: 150 },
    )
  })

  it('may have spaces and tabs after a boundary, for any chunking (RFC 2046 section 5.1.1)', async () => {
    const sent = [1, 2, 3].map((part) => ({ name: `p${part}`, content: Buffer.from(`\r\n--\r\n--c \r\n${part} \t`) }))
    const padding = fc.array(fc.constantFrom(' ', '\t'), { maxLength: 30 }).map((texts) => texts.join(''))
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(padding, sizes, async (spaces, cuts) => {
        const text = Buffer.from(encodeBody(sent))
          .toString('latin1')
          .replaceAll(/--b(--)?(?=\r\n)/g, `$&${spaces}`)
        const body = Readable.from(cut(Buffer.from(text, 'latin1'), cuts), { objectMode: false })
        expect(await read(body)).toEqual(sent)
      }),
      { numRuns: 100 },
    )
  })

  it.each(['お疲れ様です.mp4', 'Declaração.pdf', 'a"b.png'])(
    'may have a file name of any letters: %s (busboy#20, #319)',
    async (filename) => {
      const written = filename.replaceAll('"', '%22')
      const head = `--b\r\nContent-Disposition: form-data; name="é"; filename="${written}"\r\nContent-Type: image/png\r\n\r\n`
      const incoming = readMultipart(from(head, 'x', '\r\n--b--\r\n'), type, limits, 5000)
      const parts: unknown[] = []
      for await (const part of incoming.parts) parts.push([part.name, part.filename])
      expect(parts).toEqual([['é', written]])
    },
  )

  it('may have a preamble and an epilogue (RFC 2046 section 5.1.1)', async () => {
    const sent = [{ name: 'a', content: Buffer.from('x') }]
    expect(await read(from('preamble\r\n', encodeBody(sent), 'epilogue'))).toEqual(sent)
  })

  it('keeps spaces that belong to the content', async () => {
    const sent = [{ name: 'a', content: Buffer.from('--b \r\n --b\r\n--a  \r\n  ') }]
    const body = Buffer.concat([
      Buffer.from('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx'),
      ...sent.map(({ content }) => content),
      Buffer.from('\r\n--b--\r\n'),
    ])
    expect(await read(from(body))).toEqual([
      { name: 'a', content: Buffer.concat([Buffer.from('x'), ...sent.map(({ content }) => content)]) },
    ])
  })

  it.each([
    ['without an end', from(encodePart({ name: 'a', content: Buffer.from('x') }))],
    ['that ends in a part', from('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nhalf')],
    ['that ends in the headers of a part', from('--b\r\nContent-Disposition: form-da')],
    ['that is not multipart', from('hello')],
    ['that is empty', from('')],
    ['with a part without a name', from('--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n')],
    [
      'with a nested multipart part',
      from(
        '--b\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n',
      ),
    ],
  ])('%s is rejected as malformed', async (_what, body) => {
    expect(await outcomeCode(read(body))).toBe('body.malformed')
  })

  it.each(['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary'])(
    'is rejected as malformed with the content type %s',
    async (contentType) => {
      const start = async (): Promise<unknown> => readMultipart(from(encodeBody([])), contentType, limits, 300_000)
      expect(await outcomeCode(start())).toBe('body.malformed')
    },
  )

  it.each([
    ['when it is larger than the limit', { ...limits, limit: 5000 }],
    ['when a part is larger than the limit', { ...limits, partLimit: 9999 }],
    ['when it has too many parts', { ...limits, maxParts: 1 }],
  ])('is rejected as too large %s', async (_how, bounds) => {
    const sent = [1, 2].map((part) => ({ name: `p${part}`, content: Buffer.alloc(10_000) }))
    expect(await outcomeCode(read(from(encodeBody(sent)), bounds))).toBe('body.too-large')
  })

  it('is rejected when the client disconnects', async () => {
    const body = new PassThrough()
    body.write(encodePart({ name: 'a', content: Buffer.alloc(1000) }))
    setTimeout(() => body.destroy(), 20)
    expect(await outcomeCode(read(body))).toBe('request.closed')
  })

  it('is rejected below the minimum data rate and accepted above it', async () => {
    const slow = new PassThrough()
    const drip = setInterval(() => slow.write('-'), 10)
    slow.write(`--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n`)
    expect(await outcomeCode(read(slow, limits, 100))).toBe('body.too-slow')
    clearInterval(drip)

    const steady = new PassThrough()
    steady.write('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n')
    let chunks = 0
    const flow = setInterval(() => {
      steady.write(Buffer.alloc(6000))
      if (++chunks < 15) return
      clearInterval(flow)
      steady.end('\r\n--b--\r\n')
    }, 20)
    expect((await read(steady, limits, 200))[0]?.content).toHaveLength(90_000)
  })

  it('applies backpressure to a client that is faster than its reader', async () => {
    let sent = 0
    function* endless(): Generator<Uint8Array> {
      yield Buffer.from('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n')
      for (;;) {
        sent += 16_384
        yield Buffer.alloc(16_384)
      }
    }
    const bounds = { limit: 1e12, partLimit: 1e12, maxParts: 1 }
    const body = Readable.from(endless(), { objectMode: false })
    const incoming = readMultipart(body, type, bounds, 300_000)
    for await (const { content } of incoming.parts) {
      let received = 0
      for await (const piece of content) {
        received += piece.length
        await new Promise((resolve) => setImmediate(resolve))
        expect(sent - received).toBeLessThan(1_000_000)
        if (received > 5_000_000) break
      }
      break
    }
    body.destroy()
    incoming.stop()
    expect(sent).toBeLessThan(7_000_000)
  })

  it.each([
    ['too many parts', (): Uint8Array[] => [encodeBody(Array.from({ length: 12 }, longPart))]],
    ['an oversized part', () => [encodeBody([{ name: 'p', content: Buffer.alloc(150_000) }])]],
    [
      'a part without an end',
      () => [encodeBody([longPart(), longPart()]).subarray(0, 30_000), Buffer.from('--b\r\n\r\n--b--')],
    ],
  ])(
    'with %s is drained nevertheless, so that the next request of the connection can proceed',
    async (_what, chunks) => {
      const body = from(...chunks(), Buffer.alloc(300_000, 0x20))
      const incoming = readMultipart(body, type, { ...limits, maxParts: 5 }, 300_000)
      const reading = (async () => {
        for await (const { content } of incoming.parts) for await (const _piece of content);
      })()
      await reading.catch(() => {})
      incoming.stop()
      await expect.poll(() => body.readableEnded).toBe(true)
    },
  )

  it('is drained when reading stops', async () => {
    for (const parts of [1, 2, 12]) {
      const body = from(encodeBody(Array.from({ length: parts }, longPart)), Buffer.alloc(300_000, 0x20))
      const incoming = readMultipart(body, type, { ...limits, maxParts: 5 }, 300_000)
      await new Promise((resolve) => setTimeout(resolve, 20))
      incoming.stop()
      await expect.poll(() => body.readableEnded).toBe(true)
    }
  })

  it('skips parts that are not read', async () => {
    const sent = [1, 2, 3].map((part) => ({ name: `p${part}`, content: Buffer.alloc(50_000) }))
    const incoming = readMultipart(from(encodeBody(sent)), type, limits, 300_000)
    const names: string[] = []
    for await (const { name } of incoming.parts) names.push(name)
    expect(names).toEqual(['p1', 'p2', 'p3'])
  })

  it('never hangs and throws only documented errors, for any input', async () => {
    const pieces = fc.constantFrom(
      '--b',
      '\r\n',
      '--',
      'Content-Disposition: form-data; name="a"',
      ';',
      '\r\n\r\n',
      'x',
      '\0',
      '"',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 20 }), fc.integer({ min: 1, max: 30 }), async (texts, size) => {
        const body = Readable.from(cut(Buffer.from(texts.join('')), [size]), { objectMode: false })
        expect(['done', 'body.malformed']).toContain(await outcomeCode(read(body)))
      }),
      { numRuns: 300 },
    )
  })
})

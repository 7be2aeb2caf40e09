import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { openStream, sealStream } from './sealed-stream.ts'

const chunk = 64 * 1024
const key = randomBytes(32)

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of content) pieces.push(piece)
  return Buffer.concat(pieces)
}

const sealed = (bytes: Uint8Array): Promise<Buffer> => collect(sealStream(key, inPieces(bytes, 10_000)))
const openAll = (bytes: Uint8Array, with_: Uint8Array = key): Promise<Buffer> =>
  collect(openStream(with_, inPieces(bytes, 7777)))

describe('a sealed stream', () => {
  it.each([0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 5])(
    'of %i bytes opens to the original',
    async (length) => {
      const bytes = randomBytes(length)
      const stream = await sealed(bytes)
      expect(stream).toHaveLength(length + 16 * Math.max(1, Math.ceil(length / chunk)))
      expect((await openAll(stream)).equals(bytes)).toBe(true)
    },
  )

  it('that was modified, truncated or extended fails to open', async () => {
    const stream = await sealed(randomBytes(2 * chunk + 100))
    await fc.assert(
      fc.asyncProperty(fc.nat(stream.length - 1), async (at) => {
        const changed = Buffer.from(stream)
        changed[at] = (changed[at] ?? 0) ^ 1
        expect(await outcomeCode(openAll(changed))).toBe('sealed.invalid')
        expect(await outcomeCode(openAll(stream.subarray(0, at)))).toBe('sealed.invalid')
      }),
      { numRuns: 30 },
    )
    expect(await outcomeCode(openAll(Buffer.concat([stream, Buffer.alloc(1)])))).toBe('sealed.invalid')
  })

  it('with reordered, repeated or missing chunks, or another key, fails to open', async () => {
    const stream = await sealed(randomBytes(3 * chunk))
    const part = (index: number): Buffer => stream.subarray(index * (chunk + 16), (index + 1) * (chunk + 16))
    for (const order of [[1, 0, 2], [0, 0, 1, 2], [0, 2], [0, 1], [2]])
      expect(await outcomeCode(openAll(Buffer.concat(order.map(part))))).toBe('sealed.invalid')
    expect(await outcomeCode(openAll(stream, randomBytes(32)))).toBe('sealed.invalid')
  })
})

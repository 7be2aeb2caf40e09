import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBillfoldError } from '../../kernel/errors.ts'
import { parseImageHeader } from './image-header.ts'
import { parseScriptedSelfie, scriptedSelfie } from './scripted-selfie.ts'
import { imageLimits, parseFrames, parseSelfie } from './selfie.ts'

const png = scriptedSelfie({ person: 'ada' })
const segment = (marker: number, ...body: readonly number[]) => [0xff, marker, 0, body.length + 2, ...body]
const frame = (width: number, height: number, marker = 0xc0) =>
  segment(marker, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0)
const jpeg = (...parts: readonly (readonly number[])[]) =>
  Uint8Array.from([0xff, 0xd8, ...parts.flat(), 0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9])
const toErrorCode = (read: () => unknown): unknown => {
  try {
    read()
    return 'done'
  } catch (error) {
    return isBillfoldError(error) ? error.code : error
  }
}

describe('parsing an image header', () => {
  it('returns type and size of a PNG and of each kind of JPEG', () => {
    expect(parseImageHeader(png)).toEqual({ mediaType: 'image/png', width: 16, height: 16 })
    for (const marker of [0xc0, 0xc1, 0xc2, 0xc3, 0xc9])
      expect(parseImageHeader(jpeg(segment(0xe0, 1, 2), frame(640, 480, marker)))).toEqual({
        mediaType: 'image/jpeg',
        width: 640,
        height: 480,
      })
    expect(parseImageHeader(jpeg([0xff], frame(640, 480)))).toMatchObject({ width: 640 })
  })

  it('rejects headers about which decoders could disagree', () => {
    for (const bytes of [
      jpeg(),
      jpeg(frame(10, 10), frame(60_000, 60_000)),
      jpeg(frame(640, 0)),
      jpeg(segment(0xde, 8, 1, 1, 1, 1), frame(64, 64)),
      jpeg([0, 1], frame(64, 64)),
      jpeg(frame(64, 64)).subarray(0, 12),
      jpeg([0xff, 0xe0, 0, 1], frame(64, 64)),
      png.subarray(0, 20),
      Buffer.concat([png.subarray(0, 33), png.subarray(8)]),
      Buffer.concat([png.subarray(0, png.length - 12), png.subarray(8, 33), png.subarray(-12)]),
      new Uint8Array(),
    ])
      expect(parseImageHeader(bytes)).toBeUndefined()
  })

  it('rejects GIF, WebP and AVIF', () => {
    for (const start of ['GIF89a\u0001\0\u0001\0', 'RIFF\u0010\0\0\0WEBPVP8X', '\0\0\0\u001cftypavis'])
      expect(parseImageHeader(Buffer.from(start.padEnd(64, '\0'), 'latin1'))).toBeUndefined()
  })

  it('never reads out of bounds', () => {
    const starts = fc.constantFrom([0xff, 0xd8], [...png.subarray(0, 16)])
    const sizes: number[] = []
    fc.assert(
      fc.property(starts, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        const header = parseImageHeader(Uint8Array.from([...start, ...rest]))
        if (header !== undefined) sizes.push(header.width * header.height)
      }),
    )
    expect(sizes.every((size) => size > 0)).toBe(true)
  })
})

describe('parsing a selfie', () => {
  const base64 = Buffer.from(png).toString('base64')

  it('accepts base64 and base64url, with and without a data URL', () => {
    for (const text of [base64, `data:image/png;base64,${base64}`, Buffer.from(png).toString('base64url')])
      expect(parseSelfie(text)).toEqual({ mediaType: 'image/png', width: 16, height: 16, bytes: png })
  })

  it.each([
    'data:image/png;charset=utf-8;base64,',
    'data:image/png; charset=utf-8; base64,',
    'DATA:IMAGE/PNG;BASE64,',
    'data:image/jpg;name=me.png;base64,',
    'data:image/png;name="a;b c.png";base64,',
    'data:;base64,',
    'data:application/octet-stream;base64,',
  ])('accepts the data URL %s… (RFC 2397)', (head) => {
    expect(parseSelfie(head + base64).bytes).toEqual(png)
    expect(parseSelfie(head + encodeURIComponent(base64)).bytes).toEqual(png)
  })

  it.each([
    'data:image/png,',
    'data:image/png;base64;',
    'data:image/png;base64',
    'image/png;base64,',
    `data:${';a=b'.repeat(100_000)};base64,`,
  ])('rejects %.40s…, which is no data URL with base64', (head) => {
    expect(toErrorCode(() => parseSelfie(head + base64))).toBe('selfie.invalid')
  })

  it('accepts the photos of phones with 12 and with 50 megapixels, and rejects more', () => {
    const sized = (width: number, height: number) => Buffer.from(jpeg(frame(width, height))).toString('base64')
    for (const [width, height] of [
      [4032, 3024],
      [3024, 4032],
      [8160, 6144],
      [8192, 6144],
    ] as const)
      expect(toErrorCode(() => parseSelfie(sized(width, height)))).toBe('done')
    expect(toErrorCode(() => parseSelfie(sized(8192, 6400)))).toBe('selfie.too-large')
    expect(toErrorCode(() => parseSelfie(sized(65_535, 65_535)))).toBe('selfie.too-large')
  })

  it('accepts a PNG of 4096 by 3072 pixels and rejects a larger one, which cannot be decoded at a reduced scale', () => {
    const sized = (width: number, height: number) => {
      const bytes = Buffer.from(png)
      bytes.writeUInt32BE(width, 16)
      bytes.writeUInt32BE(height, 20)
      return bytes.toString('base64')
    }
    expect(toErrorCode(() => parseSelfie(sized(4032, 3024)))).toBe('done')
    expect(toErrorCode(() => parseSelfie(sized(4096, 3072)))).toBe('done')
    expect(toErrorCode(() => parseSelfie(sized(4096, 3100)))).toBe('selfie.too-large')
  })

  it('rejects frames that are too large or too many', () => {
    const sized = (width: number, height: number) => Buffer.from(jpeg(frame(width, height))).toString('base64')
    expect(parseFrames([sized(1920, 1080), sized(640, 480)])).toHaveLength(2)
    expect(toErrorCode(() => parseFrames([sized(4000, 3000)]))).toBe('selfie.too-large')
    expect(toErrorCode(() => parseFrames(Array(imageLimits.frames + 1).fill(base64)))).toBe('selfie.too-large')
    expect(toErrorCode(() => parseFrames(['A'.repeat(4_000_000), 'A'.repeat(4_000_000)]))).toBe('selfie.too-large')
  })

  it('returns the content of a scripted selfie', () => {
    expect(parseScriptedSelfie(png)).toEqual({ person: 'ada' })
    expect(parseScriptedSelfie(jpeg(frame(64, 64)))).toEqual({})
  })
})

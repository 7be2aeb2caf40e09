import { deflateSync } from 'node:zlib'
import { photo } from '@billfold/test-photos'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { loadBestDecoder, javascriptDecoder } from './decode.ts'
import { maxSide } from './rgb-image.ts'

/** CRC-32 of PNG chunks (ISO/IEC 15948 annex D). */
function crc(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  }
  return (value ^ 0xffffffff) >>> 0
}

function chunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc(typed))
  return Buffer.concat([length, typed, check])
}

/** Header of an 8-bit greyscale PNG. */
function header(width: number, height: number, interlaced = false): Buffer {
  const data = Buffer.alloc(13)
  data.writeUInt32BE(width, 0)
  data.writeUInt32BE(height, 4)
  data[8] = 8
  data[12] = interlaced ? 1 : 0
  return chunk('IHDR', data)
}

/** A PNG with these headers and `zeros` bytes of zeros as data. */
function png(headers: readonly Buffer[], zeros: number): Uint8Array {
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const data = chunk('IDAT', deflateSync(Buffer.alloc(zeros)))
  return Uint8Array.from(Buffer.concat([signature, ...headers, data, chunk('IEND', Buffer.alloc(0))]))
}

/** Adds a second, black frame to a PNG (PNG third edition, section 11.3.2: acTL, fcTL, fdAT). */
function animated(still: Uint8Array, side: number): Uint8Array {
  const control = (sequence: number): Buffer => {
    const data = Buffer.alloc(26)
    for (const [at, value] of [sequence, side, side].entries()) data.writeUInt32BE(value, at * 4)
    data.writeUInt16BE(1, 20)
    data.writeUInt16BE(10, 22)
    return chunk('fcTL', data)
  }
  const black = Buffer.concat([Buffer.from([0, 0, 0, 2]), deflateSync(Buffer.alloc((side * 4 + 1) * side))])
  const [afterHeader, end] = [33, still.length - 12]
  return Uint8Array.from(
    Buffer.concat([
      still.subarray(0, afterHeader),
      chunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])),
      control(0),
      still.subarray(afterHeader, end),
      control(1),
      chunk('fdAT', black),
      still.subarray(end),
    ]),
  )
}

function segment(marker: number, data: readonly number[]): Buffer {
  const length = data.length + 2
  return Buffer.from([0xff, marker, length >> 8, length & 255, ...data])
}

/** A progressive JPEG of 16 by 16 grey pixels with `count` empty scans, each of which makes a decoder visit every block. */
function scans(count: number): Uint8Array {
  return grey(Array.from({ length: count }, () => [1, 63, 0]))
}

/** The same with scans in the order of the standard: each coefficient comes in fourteen scans, one bit more in each (ITU-T T.81 section G.1.1.1). */
function refinedScans(count: number): Uint8Array {
  const bits = Array.from({ length: 14 }, (_, index) => 13 - index)
  const refinements = Array.from({ length: 63 }, (_, index) => index + 1).flatMap((coefficient) =>
    bits.map((bit) => [coefficient, coefficient, bit === 13 ? bit : ((bit + 1) << 4) | bit]),
  )
  return grey([[0, 0, 0], ...refinements.slice(0, count - 1)])
}

/** A progressive JPEG of 16 by 16 grey pixels. @param parameters first and last coefficient of each scan, and its approximation */
function grey(parameters: readonly (readonly number[])[]): Uint8Array {
  const oneCode = [1, ...Array.from({ length: 15 }, () => 0)]
  const quantisation = segment(0xdb, [0, ...Array.from({ length: 64 }, () => 1)])
  const frame = segment(0xc2, [8, 0, 16, 0, 16, 1, 1, 0x11, 0])
  const tables = [segment(0xc4, [0x00, ...oneCode, 0]), segment(0xc4, [0x10, ...oneCode, 0])]
  // Four blocks, each terminated by a one-bit code.
  const all = parameters.map((scan) => Buffer.concat([segment(0xda, [1, 1, 0x00, ...scan]), Buffer.from([0x0f])]))
  return Uint8Array.from(
    Buffer.concat([Buffer.from([0xff, 0xd8]), quantisation, frame, ...tables, ...all, Buffer.from([0xff, 0xd9])]),
  )
}

test('the JavaScript decoder rejects an interlaced PNG with more data than its pixels require', async () => {
  const decoding = javascriptDecoder({ mediaType: 'image/png', bytes: png([header(64, 64, true)], 30e6) })
  await expect(decoding).rejects.toMatchObject({ code: 'ERR_BUFFER_TOO_LARGE' })
})

describe.each([
  ['JavaScript', javascriptDecoder],
  ['sharp', await loadBestDecoder()],
] as const)('decoding with %s', (by, decode) => {
  const isDecoded = (image: Parameters<typeof decode>[0]): Promise<boolean> =>
    decode(image).then(
      () => true,
      () => false,
    )

  test('decodes a JPEG photo, a sequential PNG and an interlaced PNG', async () => {
    expect(await decode({ mediaType: 'image/jpeg', bytes: photo('sample1.jpg') })).toMatchObject({ width: maxSide })
    for (const progressive of [false, true]) {
      const bytes = await sharp(photo('sample1.jpg')).resize(64, 64).png({ progressive }).toBuffer()
      expect(await decode({ mediaType: 'image/png', bytes })).toMatchObject({ width: 64, height: 64 })
    }
  })

  test('decodes the default image of an animated PNG', async () => {
    const still = await sharp(photo('sample1.jpg')).resize(64, 64).greyscale().png().toBuffer()
    const expected = await decode({ mediaType: 'image/png', bytes: still })
    const moving = await decode({ mediaType: 'image/png', bytes: animated(still, 64) })
    expect(moving).toEqual(expected)
  })

  test('rejects an animated GIF with the media type of a JPEG or PNG', async () => {
    const frames = await sharp(Buffer.alloc(64 * 128 * 3, 127), {
      raw: { width: 64, height: 128, channels: 3, pageHeight: 64 },
    })
      .gif({ delay: [100, 100] })
      .toBuffer()
    for (const mediaType of ['image/jpeg', 'image/png'] as const)
      expect(await isDecoded({ mediaType, bytes: frames })).toBe(false)
  })

  test('rejects a PNG with a second, larger header', async () => {
    const bytes = png([header(64, 64), header(4000, 4000)], 4001 * 4000)
    expect(await isDecoded({ mediaType: 'image/png', bytes })).toBe(false)
  })

  test('rejects a JPEG with too many scans', async () => {
    if (by === 'JavaScript')
      expect(await decode({ mediaType: 'image/jpeg', bytes: scans(50) })).toMatchObject({ width: 16, height: 16 })
    expect(await isDecoded({ mediaType: 'image/jpeg', bytes: scans(2000) })).toBe(false)
  })

  test('rejects a JPEG with too many scans also if their order is that of the standard', async () => {
    expect(await decode({ mediaType: 'image/jpeg', bytes: refinedScans(100) })).toMatchObject({ width: 16, height: 16 })
    await expect(decode({ mediaType: 'image/jpeg', bytes: refinedScans(101) })).rejects.toThrow('100 scans')
  })
})

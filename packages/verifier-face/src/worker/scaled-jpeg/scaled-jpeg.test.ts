import { execFileSync } from 'node:child_process'
import { photo } from '@billfold/test-photos'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import fc from 'fast-check'
import sharp, { type JpegOptions, type Sharp } from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { javascriptDecoder, loadBestDecoder } from '../decode.ts'
import { decodeScaledJpeg } from './scaled-jpeg.ts'

/** A photo enlarged to the size of a phone's camera. */
function enlarged(width: number, height: number): Sharp {
  return sharp(photo('sample1.jpg')).resize(width, height, { fit: 'fill' })
}

async function encode(image: Sharp, options: JpegOptions = {}): Promise<Uint8Array> {
  return Uint8Array.from(await image.jpeg({ quality: 80, ...options }).toBuffer())
}

/** Mean difference of the pixels of two decoders, 0 to 255. */
async function compareDecoders(bytes: Uint8Array): Promise<number> {
  const image = { mediaType: 'image/jpeg', bytes } as const
  const [expected, actual] = [await (await loadBestDecoder())(image), await javascriptDecoder(image)]
  expect([actual.width, actual.height]).toEqual([expected.width, expected.height])
  return (
    expected.data.reduce((sum, value, at) => sum + Math.abs(value - (actual.data[at] ?? 0)), 0) / expected.data.length
  )
}

describe('a photo of a phone', () => {
  const kinds: readonly (readonly [string, JpegOptions])[] = [
    ['baseline', {}],
    ['without chroma subsampling', { chromaSubsampling: '4:4:4' }],
    ['progressive', { progressive: true }],
    ['with optimized scans of quality 95', { mozjpeg: true, quality: 95 }],
  ]

  test.each(kinds)('of 12 megapixels, %s, is decoded as another decoder does', async (_, options) => {
    expect(await compareDecoders(await encode(enlarged(4032, 3024), options))).toBeLessThan(3)
  })

  test('in grey, or of a width that is no multiple of a block, is decoded as another decoder does', async () => {
    expect(await compareDecoders(await encode(enlarged(2003, 1503).grayscale().toColourspace('b-w')))).toBeLessThan(3)
    expect(await compareDecoders(await encode(enlarged(2003, 1503), { progressive: true }))).toBeLessThan(3)
  })

  test('is turned upright by its Exif orientation', async () => {
    const turned = await encode(enlarged(4032, 3024).withMetadata({ orientation: 6 }))
    expect(await javascriptDecoder({ mediaType: 'image/jpeg', bytes: turned })).toMatchObject({
      width: 480,
      height: 640,
    })
    expect(await compareDecoders(turned)).toBeLessThan(3)
  })
})

describe('a photo of 50 megapixels', () => {
  let bytes: Uint8Array
  beforeAll(async () => {
    bytes = await encode(enlarged(8160, 6120), { progressive: true, chromaSubsampling: '4:4:4' })
  })

  test('is decoded at an eighth of its size, by each decoder', async () => {
    expect(decodeScaledJpeg(bytes, 640)).toMatchObject({ width: 1020, height: 765 })
    for (const decode of [javascriptDecoder, await loadBestDecoder()])
      expect(await decode({ mediaType: 'image/jpeg', bytes })).toMatchObject({ width: 640, height: 480 })
  })

  test('that is progressive and not subsampled takes less than 100 MB', () => {
    const script = `
      const { decodeScaledJpeg } = await import(process.argv[1])
      const { readFileSync } = await import('node:fs')
      const bytes = readFileSync(0)
      const before = process.memoryUsage().rss
      decodeScaledJpeg(bytes, 640)
      console.log(process.memoryUsage().rss - before)`
    const entry = fileURLToPath(new URL('scaled-jpeg.ts', import.meta.url))
    const { outputFiles } = buildSync({
      entryPoints: [entry],
      bundle: true,
      format: 'esm',
      platform: 'node',
      write: false,
    })
    const module = `data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? '').toString('base64')}`
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script, module], { input: bytes })
    expect(Number(output.toString())).toBeLessThan(100e6)
  })
})

describe('a damaged JPEG', () => {
  test('is rejected if it is truncated, has several frames, or more scans than its size allows', async () => {
    const good = await encode(enlarged(1500, 1500), { progressive: true })
    expect(decodeScaledJpeg(good, 640)).toMatchObject({ width: 750 })
    expect(() => decodeScaledJpeg(good.subarray(0, good.length / 2), 640)).toThrow(RangeError)
    const frameAt = Buffer.from(good).indexOf(Buffer.from([0xff, 0xc2]))
    const frame = good.subarray(frameAt, frameAt + 19)
    const twice = Buffer.concat([good.subarray(0, frameAt), frame, good.subarray(frameAt)])
    expect(() => decodeScaledJpeg(twice, 640)).toThrow('several frames')
    const claimed = Buffer.from(good)
    claimed.writeUInt16BE(65_000, frameAt + 5)
    expect(() => decodeScaledJpeg(claimed, 640)).toThrow(RangeError)
  })

  test('of 52 megapixels with a hundred scans is rejected before they are decoded', async () => {
    const good = Buffer.from(await encode(enlarged(7200, 7200).grayscale().toColourspace('b-w'), { quality: 30 }))
    const scanAt = good.indexOf(Buffer.from([0xff, 0xda]))
    const scan = good.subarray(scanAt, good.length - 2)
    const scans = Array.from({ length: 99 }, () => scan)
    const bomb = Buffer.concat([good.subarray(0, good.length - 2), ...scans, Buffer.from([0xff, 0xd9])])
    expect(decodeScaledJpeg(good, 640)).toMatchObject({ width: 900 })
    expect(() => decodeScaledJpeg(bomb, 640)).toThrow('too many scans')
  })

  test('never causes another error than a RangeError, whatever bytes are changed', async () => {
    const good = await encode(enlarged(200, 150), { progressive: true })
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(changes, (changed) => {
        const bytes = Uint8Array.from(good)
        for (const [at, value] of changed) bytes[at] = value
        try {
          decodeScaledJpeg(bytes, 640)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
      { numRuns: 300 },
    )
  })
})

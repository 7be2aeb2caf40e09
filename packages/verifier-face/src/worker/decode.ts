import jpeg from 'jpeg-js'
import { PNG } from 'pngjs'
import { imageLimits, parseImageHeader } from '@billfold/core/biometrics'
import type { EncodedImage } from '../findings.ts'
import { assertJpegWithinLimits, assertPngWithinLimits } from './decode-limits.ts'
import { decodeScaledJpeg } from './scaled-jpeg/scaled-jpeg.ts'
import { maxSide, type RgbImage } from './rgb-image.ts'
import { downscale, type DecodedPixels } from './downscale.ts'

/** Limits of decoding. The size in the header was checked before; the decoders check it again. */
const maxPixels = { 'image/jpeg': imageLimits.pixels, 'image/png': imageLimits.pngPixels } as const
/** Maximum size at which a JPEG is decoded completely; a larger one is decoded at a reduced scale. */
const maxFullPixels = 2_100_000
const maxMemoryMegabytes = 128

/** Decodes an image, upright and downscaled. Rejects if the image is damaged or not of its media type. */
export type ImageDecoder = (image: EncodedImage) => Promise<RgbImage>

/** Returns a decoder that uses sharp if it is installed, which is faster and supports more kinds of JPEG; else the JavaScript one. */
export async function loadBestDecoder(): Promise<ImageDecoder> {
  try {
    const { default: sharp } = await import('sharp')
    return async ({ mediaType, bytes }) => {
      assertMagicBytes(mediaType, bytes)
      // libjpeg has no such limit: 144 KB can keep it busy for seconds.
      if (mediaType === 'image/jpeg') assertJpegWithinLimits(bytes)
      // For a progressive JPEG of 50 megapixels, sharp holds all coefficients: up to 300 MB.
      if (isLargeJpeg(mediaType, bytes)) return javascriptDecoder({ mediaType, bytes })
      const upright = sharp(bytes, {
        limitInputPixels: maxPixels[mediaType],
        failOn: 'truncated',
        sequentialRead: true,
      }).rotate()
      const downscaled = upright.resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true })
      const flattened = downscaled.flatten({ background: '#808080' }).toColourspace('srgb').removeAlpha().raw()
      const { data, info } = await flattened.toBuffer({ resolveWithObject: true })
      return { data: Uint8Array.from(data), width: info.width, height: info.height }
    }
  } catch {
    // Not installed, or not for this platform.
    return javascriptDecoder
  }
}

/** Returns true for a JPEG that is always decoded at a reduced scale, by the JavaScript decoder. */
function isLargeJpeg(mediaType: EncodedImage['mediaType'], bytes: Uint8Array): boolean {
  if (mediaType !== 'image/jpeg') return false
  const { width = 0, height = 0 } = parseImageHeader(bytes) ?? {}
  return width * height > imageLimits.pngPixels
}

const magicBytes = {
  'image/jpeg': [0xff, 0xd8, 0xff],
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
} as const

/** Restricts sharp to JPEG and PNG: it detects the format by the first bytes and has decoders for many more formats. */
function assertMagicBytes(mediaType: EncodedImage['mediaType'], bytes: Uint8Array): void {
  if (!magicBytes[mediaType].every((byte, at) => bytes[at] === byte)) throw new Error(`Not a valid ${mediaType}`)
}

/** Decodes a baseline or progressive JPEG, or a PNG, in JavaScript. */
export const javascriptDecoder: ImageDecoder = ({ mediaType, bytes }) =>
  new Promise((resolve) => resolve(downscale(mediaType === 'image/jpeg' ? decodeJpeg(bytes) : decodePng(bytes), bytes)))

function decodeJpeg(bytes: Uint8Array): DecodedPixels {
  assertJpegWithinLimits(bytes)
  const header = parseImageHeader(bytes)
  if (header === undefined || header.width * header.height > maxPixels['image/jpeg'])
    throw new RangeError(`The image has no single header or too many pixels (limit: ${maxPixels['image/jpeg']})`)
  if (header.width * header.height > maxFullPixels) return decodeScaledJpeg(bytes, maxSide)
  return jpeg.decode(bytes, {
    useTArray: true,
    tolerantDecoding: false,
    maxResolutionInMP: maxFullPixels / 1e6,
    maxMemoryUsageInMB: maxMemoryMegabytes,
  })
}

function decodePng(bytes: Uint8Array): PNG {
  assertPngWithinLimits(bytes, maxPixels['image/png'])
  return PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

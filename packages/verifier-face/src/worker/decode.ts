import jpeg from 'jpeg-js'
import { PNG } from 'pngjs'
import type { EncodedImage } from '../findings.ts'
import { assertBoundedJpeg, assertBoundedPng } from './decoding-bounds.ts'
import { longestSide, type Picture } from './picture.ts'
import { shrunk, type StoredPixels } from './shrink.ts'

/** Most pixels of an image, and most memory for its decoding: what a header promises is checked before, and again here. */
const mostMegapixels = 12
const mostMegabytes = 256

/** Decodes an image. */
export type Decode = (image: EncodedImage) => Promise<Picture>

/** sharp where the host has installed it, which is faster and reads more kinds of JPEG; else JavaScript. */
export async function bestDecoder(): Promise<Decode> {
  try {
    const { default: sharp } = await import('sharp')
    return async ({ mediaType, bytes }) => {
      assertBegins(mediaType, bytes)
      const upright = sharp(bytes, { limitInputPixels: mostMegapixels * 1e6, failOn: 'truncated' }).rotate()
      const small = upright.resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true })
      const plain = small.flatten({ background: '#808080' }).toColourspace('srgb').removeAlpha().raw()
      const { data, info } = await plain.toBuffer({ resolveWithObject: true })
      return { data: Uint8Array.from(data), width: info.width, height: info.height }
    }
  } catch {
    // Not installed, or not for this platform.
    return javascriptDecoder
  }
}

const beginnings = {
  'image/jpeg': [0xff, 0xd8, 0xff],
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
} as const

/** sharp goes by the first bytes, whatever the type is called, and has decoders for far more than a selfie should reach. */
function assertBegins(mediaType: EncodedImage['mediaType'], bytes: Uint8Array): void {
  if (!beginnings[mediaType].every((byte, at) => bytes[at] === byte)) throw new Error(`This is no ${mediaType}`)
}

/** Decodes a baseline or progressive JPEG, or a PNG, and rejects what is none, or is damaged. */
export const javascriptDecoder: Decode = ({ mediaType, bytes }) =>
  new Promise((resolve) => resolve(shrunk(mediaType === 'image/jpeg' ? decodeJpeg(bytes) : decodePng(bytes), bytes)))

function decodeJpeg(bytes: Uint8Array): StoredPixels {
  assertBoundedJpeg(bytes)
  return jpeg.decode(bytes, {
    useTArray: true,
    tolerantDecoding: false,
    maxResolutionInMP: mostMegapixels,
    maxMemoryUsageInMB: mostMegabytes,
  })
}

function decodePng(bytes: Uint8Array): PNG {
  assertBoundedPng(bytes, mostMegapixels * 1e6)
  return PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

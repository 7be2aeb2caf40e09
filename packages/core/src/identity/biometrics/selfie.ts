import { parseBase64 } from '../../kernel/base64.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { stripDataUrl } from './data-url.ts'
import { parseImageHeader } from './image-header.ts'
import type { FaceImage } from './verifier.ts'

/** Limits of images. */
export const imageLimits = {
  /** Maximum bytes of a selfie, and of all frames of a challenge together: 5 MiB. */
  bytes: 5 * 1024 * 1024,
  /** Maximum pixels of a selfie as JPEG: 52 megapixels, which includes phones with 50. Verifiers can decode it at a reduced scale. */
  pixels: 52_000_000,
  /** Maximum pixels of a selfie as PNG, which can only be decoded completely: 12.6 megapixels, enough for 4096 by 3072. */
  pngPixels: 12_600_000,
  /** Maximum pixels of a frame: 2.1 megapixels, enough for 1920 by 1080. */
  framePixels: 2_100_000,
  /** Minimum length of the shorter side in pixels. */
  minSide: 16,
  /** Maximum frames of a challenge. */
  frames: 40,
} as const

/** Maximum length of a selfie as text: base64 in a data URL. */
export const maxSelfieLength: number = Math.ceil(imageLimits.bytes / 3) * 4 + 64

/**
 * Parses a selfie: base64 or base64url of a JPEG or PNG, alone or in a data URL (RFC 2397). The size in pixels comes from the
 * header; the image is not decoded.
 * @throws BillfoldError `selfie.too-large`, `selfie.invalid`
 */
export function parseSelfie(text: string): FaceImage {
  return parseImage(text, { 'image/jpeg': imageLimits.pixels, 'image/png': imageLimits.pngPixels })
}

/**
 * Parses the frames of a liveness challenge, in the order in which they were taken.
 * @throws BillfoldError `selfie.too-large`, `selfie.invalid`
 */
export function parseFrames(texts: readonly string[]): readonly FaceImage[] {
  if (texts.length > imageLimits.frames || totalLength(texts) > maxSelfieLength + 64 * texts.length)
    throw new BillfoldError('selfie.too-large')
  return texts.map((text) =>
    parseImage(text, { 'image/jpeg': imageLimits.framePixels, 'image/png': imageLimits.framePixels }),
  )
}

function parseImage(text: string, maxPixels: Readonly<Record<FaceImage['mediaType'], number>>): FaceImage {
  if (text.length > maxSelfieLength) throw new BillfoldError('selfie.too-large')
  const decoded = parseBase64(stripDataUrl(text))
  if (decoded === undefined) throw new BillfoldError('selfie.invalid')
  const bytes = Uint8Array.from(decoded)
  if (bytes.length > imageLimits.bytes) throw new BillfoldError('selfie.too-large')
  const header = parseImageHeader(bytes)
  if (header === undefined) throw new BillfoldError('selfie.invalid')
  if (header.width * header.height > maxPixels[header.mediaType]) throw new BillfoldError('selfie.too-large')
  if (Math.min(header.width, header.height) < imageLimits.minSide) throw new BillfoldError('selfie.invalid')
  return { ...header, bytes }
}

function totalLength(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0)
}

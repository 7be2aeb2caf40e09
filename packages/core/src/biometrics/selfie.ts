import { BillfoldError } from '../errors.ts'
import { readImageHeader } from './image-header.ts'
import type { FaceImage } from './verifier.ts'

/** What an image may be at most. */
export const imageLimits = {
  /** Bytes of a selfie, and of all frames of a challenge together: 5 MiB. */
  bytes: 5 * 1024 * 1024,
  /** Pixels of a selfie: 12 megapixels. */
  pixels: 12_000_000,
  /** Pixels of a frame: 2.1 megapixels, which is 1920 by 1080. */
  framePixels: 2_100_000,
  /** Pixels of the shorter side, at least. */
  leastSide: 16,
  frames: 40,
} as const

/** The longest text that a selfie can be: its base64, under a data URL. */
export const longestSelfie: number = Math.ceil(imageLimits.bytes / 3) * 4 + 64

/**
 * Reads a selfie: base64 or base64url of a JPEG or a PNG, alone or in a data URL (RFC 2397). Its size in pixels is read from
 * its header; nothing is decoded.
 * @throws BillfoldError `selfie.too-large`, `selfie.invalid`
 */
export function readSelfie(text: string): FaceImage {
  return readImage(text, imageLimits.pixels)
}

/**
 * Reads the frames of a liveness challenge, in the order taken.
 * @throws BillfoldError `selfie.too-large`, `selfie.invalid`
 */
export function readFrames(texts: readonly string[]): readonly FaceImage[] {
  if (texts.length > imageLimits.frames || totalLength(texts) > longestSelfie + 64 * texts.length)
    throw new BillfoldError('selfie.too-large')
  return texts.map((text) => readImage(text, imageLimits.framePixels))
}

function readImage(text: string, mostPixels: number): FaceImage {
  if (text.length > longestSelfie) throw new BillfoldError('selfie.too-large')
  const base64 = text.replace(/^data:image\/(?:jpeg|jpg|png);base64,/i, '')
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64)) throw new BillfoldError('selfie.invalid')
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'))
  if (bytes.length > imageLimits.bytes) throw new BillfoldError('selfie.too-large')
  const header = readImageHeader(bytes)
  if (header === undefined) throw new BillfoldError('selfie.invalid')
  if (header.width * header.height > mostPixels) throw new BillfoldError('selfie.too-large')
  if (Math.min(header.width, header.height) < imageLimits.leastSide) throw new BillfoldError('selfie.invalid')
  return { ...header, bytes }
}

function totalLength(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0)
}

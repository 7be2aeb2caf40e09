import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import type { Portrait } from './portraits.ts'

// The photos are part of an npm package and are not copied into this repository.
const folder = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')), 'demo')

/** An image as pixels of three bytes: red, green, blue. */
export interface Pixels {
  readonly data: Buffer
  readonly width: number
  readonly height: number
}

/** Reads a photo as JPEG. */
export function photo(name: Portrait['photo']): Buffer {
  return readFileSync(join(folder, name))
}

/** Crops a face with its surroundings to `side` by `side` pixels. */
export async function portraitPixels({ photo: name, ...box }: Portrait, side = 640): Promise<Pixels> {
  const whole = sharp(photo(name))
  const { width, height } = await whole.metadata()
  const across = box.width * width
  const down = box.height * height
  const size = Math.round(Math.max(across, down) * 2.1)
  const left = Math.min(Math.max(0, Math.round(box.left * width + across / 2 - size / 2)), width - size)
  const top = Math.min(Math.max(0, Math.round(box.top * height + down * 0.45 - size / 2)), height - size)
  const cut = whole.extract({ left, top, width: size, height: size }).resize(side, side).removeAlpha().raw()
  const { data } = await cut.toBuffer({ resolveWithObject: true })
  return { data, width: side, height: side }
}

/** Decodes an image. */
export async function readPixels(image: Buffer): Promise<Pixels> {
  const { data, info } = await sharp(image).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/** Converts pixels to an image of `sharp`. */
export function toImage({ data, width, height }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } })
}

/** Crops a face with its surroundings and encodes it as JPEG. */
export async function portraitJpeg(portrait: Portrait, quality = 92): Promise<Buffer> {
  return toImage(await portraitPixels(portrait))
    .jpeg({ quality })
    .toBuffer()
}

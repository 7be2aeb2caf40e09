import { parseExifOrientation, toStoredPixel } from './exif-orientation.ts'
import { maxSide, type RgbImage } from './rgb-image.ts'

/** Decoded pixels in the stored orientation, four bytes each (RGBA). */
export interface DecodedPixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/**
 * Applies the Exif orientation and downscales the image to at most `maxSide` pixels by area averaging. Blends transparent
 * pixels with grey.
 * @param encoded the encoded image, for its Exif data
 */
export function downscale(stored: DecodedPixels, encoded: Uint8Array): RgbImage {
  const orientation = parseExifOrientation(encoded)
  const across = orientation >= 5 ? stored.height : stored.width
  const down = orientation >= 5 ? stored.width : stored.height
  const scale = Math.min(1, maxSide / Math.max(across, down))
  const width = Math.max(1, Math.round(across * scale))
  const height = Math.max(1, Math.round(down * scale))
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    const rows = span(y, down / height, down)
    for (let x = 0; x < width; x++) {
      const mean = averageColour(stored, orientation, span(x, across / width, across), rows)
      data.set(mean, (y * width + x) * 3)
    }
  }
  return { data, width, height }
}

type Span = readonly [from: number, to: number]

/** Returns the range of source pixels of a target pixel. */
function span(index: number, step: number, max: number): Span {
  const from = Math.min(max - 1, Math.floor(index * step))
  return [from, Math.max(from + 1, Math.min(max, Math.floor((index + 1) * step)))]
}

const grey = 128

function averageColour(
  { data, width, height }: DecodedPixels,
  orientation: number,
  [left, right]: Span,
  [top, bottom]: Span,
): readonly [number, number, number] {
  let red = 0
  let green = 0
  let blue = 0
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const [storedX, storedY] = toStoredPixel(orientation, x, y, width, height)
      const at = (storedY * width + storedX) * 4
      const alpha = (data[at + 3] ?? 255) / 255
      red += (data[at] ?? 0) * alpha + grey * (1 - alpha)
      green += (data[at + 1] ?? 0) * alpha + grey * (1 - alpha)
      blue += (data[at + 2] ?? 0) * alpha + grey * (1 - alpha)
    }
  }
  const count = (right - left) * (bottom - top)
  return [red / count, green / count, blue / count]
}

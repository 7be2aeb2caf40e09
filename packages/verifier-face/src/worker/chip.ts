import type { Landmarks, Point } from './models.js'
import type { Picture } from './picture.ts'
import { distance, middle } from './points.ts'

/** Side of a face crop in pixels. */
export const chipSide = 150

/** Vertical position of the centre between eyes and mouth, relative to the side of the crop. */
const middleFromTop = 0.43
/** Distance from eyes to mouth, relative to the side of the crop. */
const eyesToMouth = 0.45

/**
 * Crops and aligns a face for the recognition model: level eyes at a fixed position and scale, 150 by 150 pixels of three
 * numbers, 0 to 255.
 * @param mirrored flips the crop horizontally
 */
export function chipOf(picture: Picture, { positions }: Landmarks, mirrored: boolean): Float32Array {
  const left = middle(positions.slice(36, 42))
  const right = middle(positions.slice(42, 48))
  const mouth = middle(positions.slice(48, 68))
  const center = middle([left, right, mouth])
  const size = (distance(mouth, left) + distance(mouth, right)) / 2 / eyesToMouth
  const angle = Math.atan2(right.y - left.y, right.x - left.x)
  const cos = (Math.cos(angle) * size) / chipSide
  const sin = (Math.sin(angle) * size) / chipSide
  const crop = new Float32Array(chipSide * chipSide * 3)
  for (let y = 0; y < chipSide; y++) {
    for (let x = 0; x < chipSide; x++) {
      const across = (mirrored ? chipSide - 1 - x : x) - chipSide / 2
      const down = y - middleFromTop * chipSide
      const at = { x: center.x + cos * across - sin * down, y: center.y + sin * across + cos * down }
      copyPixel(picture, at, crop, (y * chipSide + x) * 3)
    }
  }
  return crop
}

/** Samples a pixel by bilinear interpolation. Points outside the image are clamped to the edge. */
function copyPixel({ data, width, height }: Picture, point: Point, crop: Float32Array, to: number): void {
  const x = Math.min(Math.max(point.x, 0), width - 1)
  const y = Math.min(Math.max(point.y, 0), height - 1)
  const x0 = Math.floor(x)
  const y0 = Math.floor(y)
  const x1 = Math.min(x0 + 1, width - 1)
  const y1 = Math.min(y0 + 1, height - 1)
  const byX = x - x0
  const byY = y - y0
  for (let channel = 0; channel < 3; channel++) {
    const at = (px: number, py: number): number => data[(py * width + px) * 3 + channel] ?? 0
    const above = at(x0, y0) * (1 - byX) + at(x1, y0) * byX
    const below = at(x0, y1) * (1 - byX) + at(x1, y1) * byX
    crop[to + channel] = above * (1 - byY) + below * byY
  }
}

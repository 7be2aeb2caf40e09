import type { Landmarks, Point } from './models.js'
import type { RgbImage } from './rgb-image.ts'
import { pointDistance, centroid } from './landmarks.ts'

/** Side of a face crop in pixels. */
export const cropSide = 150

/** Vertical position of the centre between eyes and mouth, relative to the side of the crop. */
const middleFromTop = 0.43
/** Distance from eyes to mouth, relative to the side of the crop. */
const eyesToMouth = 0.45

/**
 * Crops and aligns a face for the recognition model: level eyes at a fixed position and scale, 150 by 150 pixels of three
 * numbers, 0 to 255.
 * @param mirrored flips the crop horizontally
 */
export function cropFace(picture: RgbImage, { positions }: Landmarks, mirrored: boolean): Float32Array {
  const left = centroid(positions.slice(36, 42))
  const right = centroid(positions.slice(42, 48))
  const mouth = centroid(positions.slice(48, 68))
  const center = centroid([left, right, mouth])
  const size = (pointDistance(mouth, left) + pointDistance(mouth, right)) / 2 / eyesToMouth
  const angle = Math.atan2(right.y - left.y, right.x - left.x)
  const cos = (Math.cos(angle) * size) / cropSide
  const sin = (Math.sin(angle) * size) / cropSide
  const crop = new Float32Array(cropSide * cropSide * 3)
  for (let y = 0; y < cropSide; y++) {
    for (let x = 0; x < cropSide; x++) {
      const across = (mirrored ? cropSide - 1 - x : x) - cropSide / 2
      const down = y - middleFromTop * cropSide
      const at = { x: center.x + cos * across - sin * down, y: center.y + sin * across + cos * down }
      copyPixel(picture, at, crop, (y * cropSide + x) * 3)
    }
  }
  return crop
}

/** Samples a pixel by bilinear interpolation. Points outside the image are clamped to the edge. */
function copyPixel({ data, width, height }: RgbImage, point: Point, crop: Float32Array, to: number): void {
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

import { cropSide } from './face-crop.ts'
import type { Landmarks, Point } from './models.js'
import { pointDistance, centroid } from './landmarks.ts'

/**
 * Computes the yaw of a head, about -1 to 1: the position of the tip of the nose between the two sides of the jaw, measured
 * along the line of the eyes, so that a tilted head is not taken for a turned one.
 */
export function computeYaw({ positions }: Landmarks): number {
  const along = projection(centroid(positions.slice(36, 42)), centroid(positions.slice(42, 48)))
  const left = along(point(positions, 2))
  const right = along(point(positions, 14))
  return (2 * along(point(positions, 30)) - left - right) / (right - left)
}

/** Computes the gap between the lips, relative to the width of the mouth. */
export function computeMouthOpening({ positions }: Landmarks): number {
  return (
    pointDistance(point(positions, 62), point(positions, 66)) /
    pointDistance(point(positions, 48), point(positions, 54))
  )
}

/** Returns the projection of points onto the direction from one point to another. */
function projection(from: Point, to: Point): (of: Point) => number {
  const length = pointDistance(from, to)
  return ({ x, y }) => (x * (to.x - from.x) + y * (to.y - from.y)) / length
}

/** Computes the mean brightness of a face crop, 0 to 255, and its sharpness (variance of the Laplacian). */
export function computeImageQuality(crop: Float32Array): { readonly brightness: number; readonly sharpness: number } {
  const grey = toGreyscale(crop)
  let sum = 0
  let squares = 0
  for (let y = 1; y < cropSide - 1; y++) {
    for (let x = 1; x < cropSide - 1; x++) {
      const at = y * cropSide + x
      const around = (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0) + (grey[at - cropSide] ?? 0) + (grey[at + cropSide] ?? 0)
      const laplacian = 4 * (grey[at] ?? 0) - around
      sum += laplacian
      squares += laplacian * laplacian
    }
  }
  const count = (cropSide - 2) ** 2
  return {
    brightness: grey.reduce((all, value) => all + value, 0) / grey.length,
    sharpness: squares / count - (sum / count) ** 2,
  }
}

/** Converts to luma (ITU-R BT.601). */
function toGreyscale(crop: Float32Array): Float32Array {
  const grey = new Float32Array(cropSide * cropSide)
  for (let index = 0; index < grey.length; index++) {
    const at = index * 3
    grey[index] = 0.299 * (crop[at] ?? 0) + 0.587 * (crop[at + 1] ?? 0) + 0.114 * (crop[at + 2] ?? 0)
  }
  return grey
}

function point(positions: readonly Point[], index: number): Point {
  const found = positions[index]
  if (found === undefined) throw new RangeError(`The model returned no landmark ${index}`)
  return found
}

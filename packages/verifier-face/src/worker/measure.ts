import { chipSide } from './chip.ts'
import type { Landmarks, Point } from './models.js'
import { distance, middle } from './points.ts'

/**
 * How far the head is turned, about -1 to 1: where the tip of the nose lies between the two sides of the jaw, along the line of
 * the eyes, so that a head that is tilted is not taken for a turned one.
 */
export function yawOf({ positions }: Landmarks): number {
  const along = direction(middle(positions.slice(36, 42)), middle(positions.slice(42, 48)))
  const left = along(point(positions, 2))
  const right = along(point(positions, 14))
  return (2 * along(point(positions, 30)) - left - right) / (right - left)
}

/** The gap between the lips as a part of the mouth's width. */
export function mouthOpenOf({ positions }: Landmarks): number {
  return distance(point(positions, 62), point(positions, 66)) / distance(point(positions, 48), point(positions, 54))
}

/** How far a point lies in the direction from one point to another. */
function direction(from: Point, to: Point): (of: Point) => number {
  const length = distance(from, to)
  return ({ x, y }) => (x * (to.x - from.x) + y * (to.y - from.y)) / length
}

/** The mean brightness of a chip, 0 to 255, and the variance of its Laplacian. */
export function lightOf(chip: Float32Array): { readonly brightness: number; readonly sharpness: number } {
  const grey = greyOf(chip)
  let sum = 0
  let squares = 0
  for (let y = 1; y < chipSide - 1; y++) {
    for (let x = 1; x < chipSide - 1; x++) {
      const at = y * chipSide + x
      const around = (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0) + (grey[at - chipSide] ?? 0) + (grey[at + chipSide] ?? 0)
      const laplacian = 4 * (grey[at] ?? 0) - around
      sum += laplacian
      squares += laplacian * laplacian
    }
  }
  const count = (chipSide - 2) ** 2
  return {
    brightness: grey.reduce((all, value) => all + value, 0) / grey.length,
    sharpness: squares / count - (sum / count) ** 2,
  }
}

/** Luma (ITU-R BT.601). */
function greyOf(chip: Float32Array): Float32Array {
  const grey = new Float32Array(chipSide * chipSide)
  for (let index = 0; index < grey.length; index++) {
    const at = index * 3
    grey[index] = 0.299 * (chip[at] ?? 0) + 0.587 * (chip[at + 1] ?? 0) + 0.114 * (chip[at + 2] ?? 0)
  }
  return grey
}

function point(positions: readonly Point[], index: number): Point {
  const found = positions[index]
  if (found === undefined) throw new RangeError('The model gave fewer points than it should')
  return found
}

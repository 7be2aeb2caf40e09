import type { RgbImage } from './rgb-image.ts'
import { computeLumaGrid } from './thumbnail.ts'

const side = 16

/**
 * Computes a perceptual hash of 256 bits (difference hash): for each cell of a grid of 16 by 16, whether it is brighter than its left
 * neighbour. Encoding an image again or resizing it changes few bits.
 */
export function computePerceptualHash(picture: RgbImage): Uint8Array {
  const grid = computeLumaGrid(picture, side + 1, side)
  const hash = new Uint8Array((side * side) / 8)
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const at = row * (side + 1) + column
      if ((grid[at + 1] ?? 0) <= (grid[at] ?? 0)) continue
      const bit = row * side + column
      hash[bit >> 3] = (hash[bit >> 3] ?? 0) | (1 << (bit & 7))
    }
  }
  return hash
}

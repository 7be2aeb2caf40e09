import { thumbnailSide } from '../thumbnail.ts'

/** Side of a block in pixels of the thumbnail. */
export const blockSide = 8

/** How far a block is searched, in pixels of the thumbnail: 4 % of the frame. */
const searchRadius = 6

/** Minimum standard deviation of the luma of a block that can be found again. */
const minContrast = 6

/** A block of one thumbnail, and where it is on another. */
export interface MatchedBlock {
  readonly x: number
  readonly y: number
  /** Displacement in pixels. */
  readonly across: number
  readonly down: number
  /** Normalized correlation with the block found, at most 1. */
  readonly correlation: number
}

/** Finds a block again by the largest normalized correlation; undefined for a block without contrast. @param x left column @param y top row */
export function matchBlock(from: Uint8Array, to: Uint8Array, x: number, y: number): MatchedBlock | undefined {
  const block = blockStatistics(from, x, y)
  if (block.deviation < minContrast) return undefined
  let best: MatchedBlock = { x, y, across: 0, down: 0, correlation: -1 }
  for (let down = -searchRadius; down <= searchRadius; down++) {
    for (let across = -searchRadius; across <= searchRadius; across++) {
      const [left, top] = [x + across, y + down]
      if (left < 0 || top < 0 || left + blockSide > thumbnailSide || top + blockSide > thumbnailSide) continue
      const candidate = blockStatistics(to, left, top)
      if (candidate.deviation < 1) continue
      const product = block.deviation * candidate.deviation
      const correlation = (meanProduct(from, x, y, to, left, top) - block.mean * candidate.mean) / product
      if (correlation > best.correlation) best = { x, y, across, down, correlation }
    }
  }
  return best
}

function blockStatistics(
  image: Uint8Array,
  x: number,
  y: number,
): { readonly mean: number; readonly deviation: number } {
  let sum = 0
  let squares = 0
  for (let row = y; row < y + blockSide; row++) {
    for (let at = row * thumbnailSide + x; at < row * thumbnailSide + x + blockSide; at++) {
      const value = image[at] ?? 0
      sum += value
      squares += value * value
    }
  }
  const count = blockSide * blockSide
  const mean = sum / count
  return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) }
}

function meanProduct(a: Uint8Array, ax: number, ay: number, b: Uint8Array, bx: number, by: number): number {
  let sum = 0
  for (let row = 0; row < blockSide; row++) {
    const [fromA, fromB] = [(ay + row) * thumbnailSide + ax, (by + row) * thumbnailSide + bx]
    for (let column = 0; column < blockSide; column++) sum += (a[fromA + column] ?? 0) * (b[fromB + column] ?? 0)
  }
  return sum / (blockSide * blockSide)
}

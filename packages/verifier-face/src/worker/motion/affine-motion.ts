import type { MatchedBlock } from './block-matching.ts'
import { thumbnailSide } from '../thumbnail.ts'

/** An affine motion: the displacement of a point is `a + b * x + c * y`, with coordinates from -1 to 1. */
export interface AffineMotion {
  readonly across: readonly [number, number, number]
  readonly down: readonly [number, number, number]
}

const rounds = 12

/** Fits the affine motion that most blocks follow (iteratively reweighted least squares); others have little weight. */
export function fitAffineMotion(blocks: readonly MatchedBlock[]): AffineMotion {
  const middle = { across: median(blocks.map(({ across }) => across)), down: median(blocks.map(({ down }) => down)) }
  let weights = blocks.map(
    (block) => 1 / (1 + ((block.across - middle.across) ** 2 + (block.down - middle.down) ** 2) / 4),
  )
  let motion: AffineMotion = { across: [middle.across, 0, 0], down: [middle.down, 0, 0] }
  for (let round = 0; round < rounds; round++) {
    motion = {
      across: solveWeighted(blocks, weights, ({ across }) => across),
      down: solveWeighted(blocks, weights, ({ down }) => down),
    }
    weights = blocks.map((block) => 1 / (1 + deviationFrom(motion, block) ** 2 * 2) ** 2)
  }
  return motion
}

/** Returns the distance in pixels between the displacement of a block and that of the motion. */
export function deviationFrom({ across, down }: AffineMotion, block: MatchedBlock): number {
  const [one, x, y] = coordinates(block)
  const at = ([a, b, c]: AffineMotion['across']): number => a * one + b * x + c * y
  return Math.hypot(block.across - at(across), block.down - at(down))
}

function coordinates({ x, y }: MatchedBlock): readonly [number, number, number] {
  const half = thumbnailSide / 2
  return [1, (x - half) / half, (y - half) / half]
}

/** Solves the normal equations of three unknowns by Cramer's rule. Returns zeros if they have no unique solution. */
function solveWeighted(
  blocks: readonly MatchedBlock[],
  weights: readonly number[],
  displacement: (block: MatchedBlock) => number,
): readonly [number, number, number] {
  const sum = (term: (row: readonly [number, number, number], value: number) => number): number =>
    blocks.reduce((all, block, at) => all + (weights[at] ?? 0) * term(coordinates(block), displacement(block)), 0)
  const [n, x, y] = [sum(([one]) => one), sum(([, px]) => px), sum(([, , py]) => py)]
  const [xx, xy, yy] = [sum(([, px]) => px * px), sum(([, px, py]) => px * py), sum(([, , py]) => py * py)]
  const [d, dx, dy] = [sum((_, v) => v), sum(([, px], v) => px * v), sum(([, , py], v) => py * v)]
  const whole = determinant([n, x, y], [x, xx, xy], [y, xy, yy])
  if (Math.abs(whole) < 1e-9) return [0, 0, 0]
  return [
    determinant([d, x, y], [dx, xx, xy], [dy, xy, yy]) / whole,
    determinant([n, d, y], [x, dx, xy], [y, dy, yy]) / whole,
    determinant([n, x, d], [x, xx, dx], [y, xy, dy]) / whole,
  ]
}

type Row = readonly [number, number, number]

function determinant([a, b, c]: Row, [d, e, f]: Row, [g, h, i]: Row): number {
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

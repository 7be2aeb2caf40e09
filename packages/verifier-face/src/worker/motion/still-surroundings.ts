import type { MeasuredFrame } from '../measure-frame.ts'
import { thumbnailSide } from '../thumbnail.ts'
import { deviationFrom, fitAffineMotion } from './affine-motion.ts'
import { blockSide, type MatchedBlock, matchBlock } from './block-matching.ts'

/** Minimum correlation of a block that was found again. */
const minCorrelation = 0.85

/** Minimum number of blocks with contrast around the face. The edge of a head before a plain wall has more. */
const minBlocks = 12

/** Step between blocks in pixels of the thumbnail. */
const step = 4

interface RingBlock extends MatchedBlock {
  /** Distance from the middle of the face; 1 is the edge of its landmarks. */
  readonly radius: number
  /** True for blocks beside and above the face, not below the chin. */
  readonly onHead: boolean
}

/**
 * Computes which share of what surrounds the face (hair, ears, outline of the head) moved only with the frame as a whole between two
 * frames. Hair and ears of a person who turns the head move with it, before a background that does not. If a still image is warped so that
 * the face seems to turn, or if a flat picture is moved, they stay where they are in the image.
 * @returns 0 to 1; undefined if the surroundings have too little contrast to tell
 */
export function computeStillSurroundings(first: MeasuredFrame, later: MeasuredFrame): number | undefined {
  const blocks = matchSurroundings(first, later)
  const reliable = blocks.filter(({ correlation }) => correlation > 0.8)
  const around = blocks.filter(({ onHead }) => onHead)
  if (around.length < minBlocks) return undefined
  if (reliable.length < minBlocks) return 0
  const motion = fitAffineMotion(reliable)
  const still = around.filter((block) => block.correlation > minCorrelation && deviationFrom(motion, block) < 1)
  return still.length / around.length
}

function matchSurroundings({ landmarks, thumbnail }: MeasuredFrame, later: MeasuredFrame): RingBlock[] {
  const face = boundsOf(landmarks)
  const blocks: RingBlock[] = []
  for (let y = 0; y + blockSide <= thumbnailSide; y += step) {
    for (let x = 0; x + blockSide <= thumbnailSide; x += step) {
      const across = (x + blockSide / 2 - face.centerX) / face.halfWidth
      const down = (y + blockSide / 2 - face.centerY) / face.halfHeight
      const radius = Math.hypot(across, down)
      if (radius < 1) continue
      const block = matchBlock(thumbnail, later.thumbnail, x, y)
      if (block !== undefined) blocks.push({ ...block, radius, onHead: radius < 1.6 && down < 0.9 })
    }
  }
  return blocks
}

/** The ellipse of the landmarks in pixels of the thumbnail. */
function boundsOf(landmarks: Float32Array): {
  readonly centerX: number
  readonly centerY: number
  readonly halfWidth: number
  readonly halfHeight: number
} {
  const columns = landmarks.filter((_, at) => at % 2 === 0).map((x) => x * thumbnailSide)
  const rows = landmarks.filter((_, at) => at % 2 === 1).map((y) => y * thumbnailSide)
  const [left, right] = [Math.min(...columns), Math.max(...columns)]
  const [top, bottom] = [Math.min(...rows), Math.max(...rows)]
  return {
    centerX: (left + right) / 2,
    centerY: (top + bottom) / 2,
    halfWidth: Math.max(1, (right - left) / 2),
    halfHeight: Math.max(1, (bottom - top) / 2),
  }
}

import type { FrameMeasurements } from '../findings.ts'
import type { DetectionResult } from './engine.ts'
import { centroid } from './landmarks.ts'
import type { DetectedFace } from './models.js'
import { computePerceptualHash } from './perceptual-hash.ts'
import { computePeriodicity } from './periodicity.ts'
import type { RgbImage } from './rgb-image.ts'
import { computeThumbnail } from './thumbnail.ts'

/** A measured frame with what later frames are compared with. */
export interface MeasuredFrame extends FrameMeasurements {
  /** x and y of the 68 landmarks, as fractions of the width and height of the frame. */
  readonly landmarks: Float32Array
  /** Luma of the frame at `thumbnailSide` pixels square. */
  readonly thumbnail: Uint8Array
}

/** Measures a frame of a liveness challenge. @param frame the frame without the border that the detection may have added */
export function measureFrame(frame: RgbImage, { picture }: DetectionResult, face: DetectedFace): MeasuredFrame {
  const left = (picture.width - frame.width) / 2
  const top = (picture.height - frame.height) / 2
  const points = face.landmarks.positions.map(({ x, y }) => ({ x: x - left, y: y - top }))
  const { x, y } = centroid(points)
  return {
    landmarks: Float32Array.from(points.flatMap((point) => [point.x / frame.width, point.y / frame.height])),
    thumbnail: computeThumbnail(frame),
    hash: computePerceptualHash(frame),
    periodicity: computePeriodicity(frame, x, y),
  }
}

import type { FrameMeasurements } from '../frame-measurements.ts'
import type { DetectionResult } from './engine.ts'
import { centroid } from './landmarks.ts'
import type { DetectedFace } from './models.js'
import { computePerceptualHash } from './perceptual-hash.ts'
import { computePeriodicity } from './periodicity.ts'
import type { RgbImage } from './rgb-image.ts'
import { computeThumbnail } from './thumbnail.ts'

/** Measures a frame of a liveness challenge. @param frame the frame without the border that the detection may have added */
export function measureFrame(frame: RgbImage, { picture }: DetectionResult, face: DetectedFace): FrameMeasurements {
  const left = (picture.width - frame.width) / 2
  const top = (picture.height - frame.height) / 2
  const points = face.landmarks.positions.map(({ x, y }) => ({ x: x - left, y: y - top }))
  const { x, y } = centroid(points)
  return {
    landmarks: Float32Array.from(points.flatMap((point) => [point.x / frame.width, point.y / frame.height])),
    aspect: frame.width / frame.height,
    thumbnail: computeThumbnail(frame),
    hash: computePerceptualHash(frame),
    periodicity: computePeriodicity(frame, x, y),
  }
}

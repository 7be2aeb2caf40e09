import type { OutcomeReason } from '@billfold/core/biometrics'
import type { EncodedImage, MeasuredFace, ImageFinding } from '../findings.ts'
import { thresholds } from '../thresholds.ts'
import type { ImageDecoder } from './decode.ts'
import { computeFaceArea, detectFaces, measureFace } from './engine.ts'
import { type MeasuredFrame, measureFrame } from './measure-frame.ts'
import type { DetectedFace } from './models.js'
import type { RgbImage } from './rgb-image.ts'

/** Findings of an image, before frames are compared. */
export interface AnalysedImage extends ImageFinding {
  readonly frame?: MeasuredFrame
}

/**
 * Detects and measures the largest face on an image, and lists the reasons to reject the image.
 * @param asFrame also measures the image as a frame of a challenge
 */
export async function analyseImage(
  decode: ImageDecoder,
  image: EncodedImage,
  asFrame: boolean,
): Promise<AnalysedImage> {
  let decoded: RgbImage
  try {
    decoded = await decode(image)
  } catch {
    // Not an image, or a damaged one. The decoder's message must not reach the client.
    return { reasons: ['other'] }
  }
  const detected = await detectFaces(decoded)
  const [largest, second] = detected.faces
  if (largest === undefined) return { reasons: ['no_face'] }
  const face = await measureFace(detected.picture, largest)
  const reasons = findReasons(largest, second, face)
  return asFrame ? { reasons, face, frame: measureFrame(decoded, detected, largest) } : { reasons, face }
}

function findReasons(largest: DetectedFace, second: DetectedFace | undefined, face: MeasuredFace): OutcomeReason[] {
  const { width, height } = largest.detection.box
  const checks: readonly (readonly [OutcomeReason, boolean])[] = [
    [
      'multiple_faces',
      second !== undefined && computeFaceArea(second) > thresholds.secondFaceAreaRatio * computeFaceArea(largest),
    ],
    ['too_small', Math.min(width, height) < thresholds.minFaceSide],
    ['low_confidence', face.confidence < thresholds.minConfidence],
    ['extreme_pose', Math.abs(face.yaw) > thresholds.maxYaw],
    ['too_dark', face.brightness < thresholds.minBrightness],
    ['too_bright', face.brightness > thresholds.maxBrightness],
    ['blurred', face.sharpness < thresholds.minSharpness],
  ]
  return checks.filter(([, isProblem]) => isProblem).map(([reason]) => reason)
}

import type { OutcomeReason } from '@billfold/core/biometrics'
import type { EncodedImage, MeasuredFace, ImageFinding } from '../findings.ts'
import { thresholds } from '../thresholds.ts'
import type { ImageDecoder } from './decode.ts'
import { computeFaceArea, detectFaces, measureFace } from './engine.ts'
import { measureFrame } from './measure-frame.ts'
import type { DetectedFace } from './models.js'
import type { RgbImage } from './rgb-image.ts'

/** Detects and measures the largest face on an image, and lists the reasons to reject the image. */
export async function analyseImage(decode: ImageDecoder, image: EncodedImage): Promise<ImageFinding> {
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
  return { reasons: findReasons(largest, second, face), face, frame: measureFrame(decoded, detected, largest) }
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

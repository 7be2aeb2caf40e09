import type { Reason } from '@billfold/core/biometrics'
import type { EncodedImage, Face, Finding } from '../findings.ts'
import { limits } from '../limits.ts'
import type { Decode } from './decode.ts'
import { areaOf, findFaces, measureFace } from './engine.ts'
import type { FoundFace } from './models.js'
import type { Picture } from './picture.ts'

/** Detects and measures the largest face on an image, and lists the reasons to reject the image. */
export async function analyse(decode: Decode, image: EncodedImage): Promise<Finding> {
  let decoded: Picture
  try {
    decoded = await decode(image)
  } catch {
    // Not an image, or a damaged one. The decoder's message must not reach the client.
    return { reasons: ['other'] }
  }
  const { picture, found } = await findFaces(decoded)
  const [largest, second] = found
  if (largest === undefined) return { reasons: ['no_face'] }
  const face = await measureFace(picture, largest)
  return { reasons: findReasons(largest, second, face), face }
}

function findReasons(largest: FoundFace, second: FoundFace | undefined, face: Face): Reason[] {
  const { width, height } = largest.detection.box
  const checks: readonly (readonly [Reason, boolean])[] = [
    ['multiple_faces', second !== undefined && areaOf(second) > limits.secondFacePart * areaOf(largest)],
    ['too_small', Math.min(width, height) < limits.smallestFace],
    ['low_confidence', face.certainty < limits.leastCertainty],
    ['extreme_pose', Math.abs(face.yaw) > limits.mostYaw],
    ['too_dark', face.brightness < limits.leastBrightness],
    ['too_bright', face.brightness > limits.mostBrightness],
    ['blurred', face.sharpness < limits.leastSharpness],
  ]
  return checks.filter(([, isProblem]) => isProblem).map(([reason]) => reason)
}

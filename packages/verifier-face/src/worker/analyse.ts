import type { Reason } from '@billfold/core/biometrics'
import type { EncodedImage, Face, Finding } from '../findings.ts'
import { limits } from '../limits.ts'
import type { Decode } from './decode.ts'
import { areaOf, findFaces, measureFace } from './engine.ts'
import type { FoundFace } from './models.js'
import type { Picture } from './picture.ts'

/** Finds and measures the largest face on an image, and says why nothing should rest on it. */
export async function analyse(decode: Decode, image: EncodedImage): Promise<Finding> {
  let decoded: Picture
  try {
    decoded = await decode(image)
  } catch {
    // Not an image, or a damaged one: the message of a decoder is nobody's business.
    return { reasons: ['other'] }
  }
  const { picture, found } = await findFaces(decoded)
  const [largest, second] = found
  if (largest === undefined) return { reasons: ['no_face'] }
  const face = await measureFace(picture, largest)
  return { reasons: reasonsOf(largest, second, face), face }
}

function reasonsOf(largest: FoundFace, second: FoundFace | undefined, face: Face): Reason[] {
  const { width, height } = largest.detection.box
  const tests: readonly (readonly [Reason, boolean])[] = [
    ['multiple_faces', second !== undefined && areaOf(second) > limits.secondFacePart * areaOf(largest)],
    ['too_small', Math.min(width, height) < limits.smallestFace],
    ['low_confidence', face.certainty < limits.leastCertainty],
    ['extreme_pose', Math.abs(face.yaw) > limits.mostYaw],
    ['too_dark', face.brightness < limits.leastBrightness],
    ['too_bright', face.brightness > limits.mostBrightness],
    ['blurred', face.sharpness < limits.leastSharpness],
  ]
  return tests.filter(([, holds]) => holds).map(([reason]) => reason)
}

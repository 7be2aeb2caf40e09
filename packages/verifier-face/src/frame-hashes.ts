import type { FrameHashes } from '@billfold/core/biometrics'
import type { FrameMeasurements } from './findings.ts'
import { thresholds } from './thresholds.ts'

/** Format of the perceptual hashes: a difference hash of 256 bits. */
const hashFormat = 'billfold-dhash-256/1'

/** Collects the hashes of frames for Billfold, which rejects a picture that it has seen before. */
export function toFrameHashes(frames: readonly FrameMeasurements[]): FrameHashes {
  return {
    format: hashFormat,
    hashes: frames.map(({ hash }) => hash),
    maxDistance: thresholds.samePictureDistance,
  }
}

/** Counts the bits in which two hashes of the same length differ. */
export function hammingDistance(a: Uint8Array, b: Uint8Array): number {
  let bits = 0
  a.forEach((byte, index) => {
    for (let rest = byte ^ (b[index] ?? 0); rest > 0; rest >>>= 1) bits += rest & 1
  })
  return bits
}

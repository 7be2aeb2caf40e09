import type { Reason } from '@billfold/core/biometrics'

/** An image as it goes to the worker. */
export interface EncodedImage {
  readonly mediaType: 'image/jpeg' | 'image/png'
  readonly bytes: Uint8Array
}

/** What was measured on one image. Without a face there is nothing but the reason. */
export interface Finding {
  /** Why nothing should rest on this image; empty for a good one. */
  readonly reasons: readonly Reason[]
  readonly face?: Face
}

/** The largest face on an image. */
export interface Face {
  /** 128 numbers: the same person's are near each other. */
  readonly descriptor: Float32Array
  /** How sure the detector is, 0 to 1. */
  readonly certainty: number
  /** How far the head is turned: about -1 to 1, 0 is straight ahead, positive towards the right edge of the image. */
  readonly yaw: number
  /** The gap between the lips as a part of the mouth's width. */
  readonly mouthOpen: number
  /** Mean of the face, 0 to 255. */
  readonly brightness: number
  /** Variance of the Laplacian of the face: the less, the more blurred. */
  readonly sharpness: number
}

import type { OutcomeReason } from '@billfold/core/biometrics'

/** An encoded image for the worker. */
export interface EncodedImage {
  readonly mediaType: 'image/jpeg' | 'image/png'
  readonly bytes: Uint8Array
}

/** Measurements of one image. */
export interface ImageFinding {
  /** Reasons to reject the image; empty if its quality is sufficient. */
  readonly reasons: readonly OutcomeReason[]
  /** The largest face; undefined if there is none. */
  readonly face?: MeasuredFace
  /** Measurements for a liveness check; undefined if there is no face or if it was not requested. */
  readonly frame?: FrameMeasurements
}

/** Measurements of a face. */
export interface MeasuredFace {
  /** 128 numbers. Descriptors of the same person are near each other. */
  readonly descriptor: Float32Array
  /** Confidence of the detector, 0 to 1. */
  readonly confidence: number
  /** Rotation of the head: about -1 to 1, 0 is straight ahead, positive towards the right edge of the image. */
  readonly yaw: number
  /** Gap between the lips, relative to the width of the mouth. */
  readonly mouthOpening: number
  /** Mean luma of the face, 0 to 255. */
  readonly brightness: number
  /** Variance of the Laplacian of the face; low for a blurred image. */
  readonly sharpness: number
}

/** Measurements of a frame of a liveness challenge. */
export interface FrameMeasurements {
  /** Perceptual hash of the frame. */
  readonly hash: Uint8Array
  /** Strength of the strongest periodic pattern on the face, relative to the mean of its frequency. */
  readonly periodicity: number
  /**
   * Share of the surroundings of the face that moved only with the frame as a whole since the first frame, 0 to 1. Undefined for the first
   * frame, and if the surroundings have too little contrast.
   */
  readonly stillSurroundings?: number
}

/** Side of the thumbnail of a frame in pixels; the frame is stretched to a square. */
export const thumbnailSide = 160

/** Measurements of a frame that the liveness check compares with those of other frames. */
export interface FrameMeasurements {
  /** x and y of the 68 landmarks, as fractions of the width and height of the frame. */
  readonly landmarks: Float32Array
  /** Width of the frame, relative to its height. */
  readonly aspect: number
  /** Luma of the frame at {@link thumbnailSide} pixels square. */
  readonly thumbnail: Uint8Array
  /** Perceptual hash of the frame. */
  readonly hash: Uint8Array
  /** Strength of the strongest periodic pattern on the face, relative to its surroundings in the spectrum. */
  readonly periodicity: number
}

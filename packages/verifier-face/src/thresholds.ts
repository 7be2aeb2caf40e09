/** All decision thresholds of the verifier. Changing one changes its false accept and false reject rates. */
export const thresholds = Object.freeze({
  /** Maximum Euclidean distance of two descriptors of one person (1:1). Equal error rate: 0.18 % on 84 photos of 27 people. */
  verifyDistance: 0.5,
  /** Maximum distance for an identification (1:N). */
  identifyDistance: 0.45,
  /** Minimum distance between the nearest and the next person for an unambiguous identification. */
  identifyMargin: 0.05,
  /** Maximum distance between frames of a challenge. Larger, since turning the head changes the descriptor. */
  challengeDistance: 0.6,

  /** Minimum area of a second face, relative to the largest one, to report `multiple_faces`. */
  secondFaceAreaRatio: 0.25,
  /** Minimum length of the shorter side of a face, in pixels of the image downscaled to 640 pixels. */
  minFaceSide: 80,
  minConfidence: 0.5,
  maxYaw: 0.45,
  minBrightness: 45,
  maxBrightness: 225,
  minSharpness: 8,

  /** Poses of a challenge: minimum changes from the first frame, and limits for a neutral first frame. */
  minTurnYaw: 0.25,
  minMouthOpening: 0.25,
  maxStraightYaw: 0.2,
  maxClosedMouth: 0.15,

  /**
   * Maximum share of the surroundings of the face that stay still while the head turns. It was larger in 3 of 730
   * pairs of frames of three people who turn their heads, and in 51 of 53 of warped stills.
   */
  maxStillSurroundings: 0.15,
  /** Maximum periodicity of a face. Photos and videos of faces reach 7.5, simulated recordings of a screen start at 27. */
  maxPeriodicity: 14,
  /** Maximum number of different bits of the perceptual hashes of one picture that was encoded twice. */
  samePictureDistance: 4,
  /** Number of images that an enrolment gets from a challenge: its first frame, and frames of steps. */
  enrolmentImages: 3,

  /** Maximum number of templates per enrolment. */
  maxTemplates: 10,
})

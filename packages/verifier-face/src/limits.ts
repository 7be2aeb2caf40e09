/** Every number that the verifier decides by. Changing one changes who gets in. */
export const limits = Object.freeze({
  /** Two descriptors at most this far apart (Euclidean) are of one person: measured equal error rate 0.18 % on 84 photos of 27 people. */
  verifyDistance: 0.5,
  /** Looking for one among many, they must be nearer. */
  identifyDistance: 0.45,
  /** And the next person this much farther away. */
  identifyMargin: 0.05,
  /** The frames of a challenge turn the head, which moves descriptors: so far apart they still are of one person. */
  challengeDistance: 0.6,

  /** A second face of at least this part of the first one's area makes it a group. */
  secondFacePart: 0.25,
  /** The shorter side of a face, in pixels of the image at 640 pixels. */
  smallestFace: 80,
  leastCertainty: 0.5,
  mostYaw: 0.45,
  leastBrightness: 45,
  mostBrightness: 225,
  leastSharpness: 8,

  /** How a step of a challenge shows, beyond how the first frame was. */
  turnedYaw: 0.25,
  openedMouth: 0.25,
  straightYaw: 0.2,
  closedMouth: 0.15,

  /** Most templates that one enrolment makes. */
  mostTemplates: 10,
})

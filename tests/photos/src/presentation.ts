import { asFrame, performed } from './head.ts'
import { toImage, type Pixels } from './photos.ts'
import { filmedScreen, printed } from './recapture.ts'
import { acted } from './warp.ts'

/** A step of a challenge. */
export type PresentedStep = keyof typeof acted

/** How a face is presented to the camera. Each is made from one photo. */
export const presentations = {
  /** A stand-in for a live person: a rendered head turns before a background that does not. */
  'live person (rendered)': async (pixels: Pixels, random: () => number) => asFrame(pixels, random),
  /** A still image, warped by software and sent as frames of a camera. */
  'warped still': async (pixels: Pixels) => pixels,
  /** The same, moved a little from frame to frame, with noise. */
  'warped still, moved': async (pixels: Pixels, random: () => number) => asFrame(pixels, random),
  /** Prints of the warped stills, held before the camera. */
  'prints of warped stills': async (pixels: Pixels, random: () => number) => printed(asFrame(pixels, random), random),
  /** Stills of a video of a moving head, sent as frames of a camera. */
  'stills of a video': async (pixels: Pixels, random: () => number) => asFrame(pixels, random),
  /** Stills of a video of a moving head, shown on a screen before the camera. */
  'stills of a video on a screen': async (pixels: Pixels, random: () => number) =>
    filmedScreen(asFrame(pixels, random), random),
} as const

/** The name of a presentation. */
export type Presentation = keyof typeof presentations

/** The presentations that show a head which really turns. */
const withTurnedHead: readonly Presentation[] = [
  'live person (rendered)',
  'stills of a video',
  'stills of a video on a screen',
]

/** Renders the frames of a presentation that follows the steps of a challenge, as JPEG: first straight ahead, then one per step. */
export async function presentFrames(
  kind: Presentation,
  pixels: Pixels,
  steps: readonly PresentedStep[],
  random: () => number,
): Promise<Buffer[]> {
  const moved = withTurnedHead.includes(kind) ? performed : acted
  const pictures = [pixels, ...steps.map((step) => moved[step](pixels))]
  const frames: Buffer[] = []
  for (const picture of pictures) {
    const frame = await presentations[kind](picture, random)
    frames.push(await toImage(frame).jpeg({ quality: 90 }).toBuffer())
  }
  return frames
}

import type { Camera } from './camera.ts'
import { type Action, createButton, createElement, showScreen } from './screen.ts'
import type { PageSettings, Texts } from './settings.ts'
import type { ChallengeStep } from './steps.ts'

/** What the camera's screens depend on. */
export interface CaptureContext {
  readonly settings: PageSettings
  readonly texts: Texts
  /** What the user can do instead of being taken. */
  readonly more: readonly Action[]
  /** Aborted when the user does that. */
  readonly signal: AbortSignal
}

/** Takes one picture, after a countdown or when the button is pressed. */
export async function capturePicture(camera: Camera, context: CaptureContext): Promise<string> {
  const { settings, texts, signal } = context
  if (settings.selfieCaptureMode === 'auto') {
    await countDown(showCamera(camera, texts.positionFace, context), settings.countdownSeconds, signal)
  } else {
    await abortable(signal, (resolve) =>
      showCamera(camera, texts.positionFace, context, createButton(texts.takePicture, resolve)),
    )
  }
  return camera.takePicture()
}

/** Takes the frames of a challenge: one straight ahead, then one per step. */
export async function captureFrames(
  camera: Camera,
  steps: readonly ChallengeStep[],
  context: CaptureContext,
): Promise<string[]> {
  const { settings, texts, signal } = context
  const frames: string[] = []
  for (const step of ['lookStraight', ...steps] as const) {
    await countDown(showCamera(camera, texts[step], context), settings.countdownSeconds, signal)
    frames.push(await camera.takePicture())
  }
  return frames
}

/** Shows the camera with an instruction. Returns the element of the countdown. */
function showCamera(camera: Camera, title: string, { more }: CaptureContext, ...parts: readonly Node[]): HTMLElement {
  const frame = createElement('div', '', 'frame')
  const counter = createElement('p', '', 'countdown')
  counter.setAttribute('aria-hidden', 'true')
  frame.append(camera.video, counter)
  showScreen({ kind: 'camera', title, parts: [frame, ...parts], more })
  void camera.video.play()
  return counter
}

async function countDown(counter: HTMLElement, seconds: number, signal: AbortSignal): Promise<void> {
  for (let left = seconds; left > 0; left--) {
    counter.textContent = String(left)
    await abortable(signal, (resolve) => setTimeout(resolve, 1000))
  }
}

/** Waits until `start` resolves. @throws the reason of the signal once that is aborted */
function abortable(signal: AbortSignal, start: (resolve: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () =>
      reject(signal.reason instanceof Error ? signal.reason : new Error('Aborted')),
    )
    start(resolve)
  })
}

import type { Camera } from './camera.ts'
import { createButton, createElement, showScreen } from './screen.ts'
import type { PageSettings } from './settings.ts'
import type { ChallengeStep } from './steps.ts'
import type { Texts } from './texts.ts'

/** Takes one picture, after a countdown or when the button is pressed. */
export async function capturePicture(
  camera: Camera,
  { selfieCaptureMode, countdownSeconds }: PageSettings,
  texts: Texts,
): Promise<string> {
  if (selfieCaptureMode === 'auto') {
    await countDown(showCamera(camera, texts.positionFace), countdownSeconds)
  } else {
    await new Promise<void>((resolve) =>
      showCamera(camera, texts.positionFace, createButton(texts.takePicture, resolve)),
    )
  }
  return camera.takePicture()
}

/** Takes the frames of a challenge: one straight ahead, then one per step. */
export async function captureFrames(
  camera: Camera,
  steps: readonly ChallengeStep[],
  { countdownSeconds }: PageSettings,
  texts: Texts,
): Promise<string[]> {
  const frames: string[] = []
  for (const step of ['lookStraight', ...steps] as const) {
    await countDown(showCamera(camera, texts[step]), countdownSeconds)
    frames.push(await camera.takePicture())
  }
  return frames
}

/** Shows the camera with an instruction. Returns the element of the countdown. */
function showCamera(camera: Camera, title: string, ...more: readonly Node[]): HTMLElement {
  const frame = createElement('div', '', 'camera')
  frame.append(camera.video)
  const counter = createElement('p', '', 'countdown')
  counter.setAttribute('aria-hidden', 'true')
  showScreen({ kind: 'plain', title, parts: [frame, counter, ...more] })
  void camera.video.play()
  return counter
}

async function countDown(counter: HTMLElement, seconds: number): Promise<void> {
  for (let left = seconds; left > 0; left--) {
    counter.textContent = String(left)
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

import type { Camera } from './camera.ts'
import { button, element, show } from './screen.ts'
import type { Settings } from './settings.ts'
import type { ChallengeStep } from './steps.ts'
import type { Texts } from './texts.ts'

/** One picture: by itself after a countdown, or when the button is pressed. */
export async function capturePicture(
  on: Camera,
  { selfieCaptureMode, secondsToPose }: Settings,
  texts: Texts,
): Promise<string> {
  if (selfieCaptureMode === 'auto') {
    await count(look(on, texts.place), secondsToPose)
  } else {
    await new Promise<void>((resolve) => look(on, texts.place, button(texts.takePicture, resolve)))
  }
  return on.takePicture()
}

/** The frames of a challenge: one straight ahead, then one for each step. */
export async function captureFrames(
  on: Camera,
  steps: readonly ChallengeStep[],
  { secondsToPose }: Settings,
  texts: Texts,
): Promise<string[]> {
  const frames: string[] = []
  for (const step of ['straight', ...steps] as const) {
    await count(look(on, texts[step]), secondsToPose)
    frames.push(await on.takePicture())
  }
  return frames
}

/** Shows the camera, with what to do; gives the place of the countdown. */
function look(on: Camera, title: string, ...more: readonly Node[]): HTMLElement {
  const frame = element('div', '', 'camera')
  frame.append(on.video)
  const counter = element('p', '', 'count')
  counter.setAttribute('aria-hidden', 'true')
  show({ kind: 'plain', title, parts: [frame, counter, ...more] })
  void on.video.play()
  return counter
}

async function count(place: HTMLElement, seconds: number): Promise<void> {
  for (let left = seconds; left > 0; left--) {
    place.textContent = String(left)
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

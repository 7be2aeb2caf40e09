import { portraitPixels, straight, video } from '@billfold/test-photos'
import type { Scene } from './browser.ts'

/** A camera that shows a person looking straight ahead. */
export async function faceCamera(): Promise<Scene> {
  return { video: await video([{ pixels: await portraitPixels(straight), seconds: 1 }]) }
}

import { toImage, type Pixels } from '@billfold/test-photos'
import type { Page } from 'playwright-core'

/**
 * Replaces the camera of a page by pictures: one for each heading of the page, and one for all other headings.
 */
export async function showPictures(
  page: Page,
  pictures: Readonly<Record<string, Pixels>>,
  otherwise: Pixels,
): Promise<void> {
  const encode = async (pixels: Pixels): Promise<string> =>
    (await toImage(pixels).resize(640, 480, { fit: 'contain', background: '#808080' }).png().toBuffer()).toString(
      'base64',
    )
  const encoded: Record<string, string> = { '': await encode(otherwise) }
  for (const [heading, pixels] of Object.entries(pictures)) encoded[heading] = await encode(pixels)
  await page.addInitScript({ content: `(${inPage.toString()})(${JSON.stringify(encoded)})` })
}

/** Runs in the page, before its own script. */
function inPage(encoded: Readonly<Record<string, string>>): void {
  navigator.mediaDevices.getUserMedia = async () => {
    const pictures: Record<string, ImageBitmap> = {}
    for (const [heading, base64] of Object.entries(encoded)) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      pictures[heading] = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    }
    const canvas = document.createElement('canvas')
    canvas.width = 640
    canvas.height = 480
    const draw = (): void => {
      const heading = document.querySelector('h1')?.textContent ?? ''
      const picture = pictures[heading] ?? pictures['']
      if (picture !== undefined) canvas.getContext('2d')?.drawImage(picture, 0, 0)
    }
    setInterval(draw, 50)
    draw()
    return canvas.captureStream(20)
  }
}

import { imageOf, type Pixels } from '@billfold/test-photos'
import type { Page } from 'playwright-core'

/**
 * Puts somebody before the camera of a page who does what the page asks for: for each heading the picture that is shown
 * while it stands there, and one for all others.
 */
export async function act(page: Page, pictures: Readonly<Record<string, Pixels>>, otherwise: Pixels): Promise<void> {
  const encode = async (pixels: Pixels): Promise<string> =>
    (await imageOf(pixels).resize(640, 480, { fit: 'contain', background: '#808080' }).png().toBuffer()).toString(
      'base64',
    )
  const encoded: Record<string, string> = { '': await encode(otherwise) }
  for (const [heading, pixels] of Object.entries(pictures)) encoded[heading] = await encode(pixels)
  await page.addInitScript({ content: `(${inPage.toString()})(${JSON.stringify(encoded)})` })
}

/** Runs in the page, before its own script. */
function inPage(encoded: Readonly<Record<string, string>>): void {
  const browser = globalThis as unknown as {
    createImageBitmap: (blob: Blob) => Promise<object>
    document: {
      createElement: (name: 'canvas') => {
        width: number
        height: number
        getContext: (kind: '2d') => { drawImage: (image: object, x: number, y: number) => void }
        captureStream: (framesPerSecond: number) => unknown
      }
      querySelector: (selector: string) => { textContent: string } | null
    }
    navigator: { mediaDevices: { getUserMedia: () => Promise<unknown> } }
  }
  browser.navigator.mediaDevices.getUserMedia = async () => {
    const pictures: Record<string, object> = {}
    for (const [heading, base64] of Object.entries(encoded)) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      pictures[heading] = await browser.createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    }
    const canvas = browser.document.createElement('canvas')
    canvas.width = 640
    canvas.height = 480
    const draw = (): void => {
      const heading = browser.document.querySelector('h1')?.textContent ?? ''
      canvas.getContext('2d').drawImage(pictures[heading] ?? pictures[''] ?? {}, 0, 0)
    }
    setInterval(draw, 50)
    draw()
    return canvas.captureStream(20)
  }
}

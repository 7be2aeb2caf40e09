import { toImage, type Pixels } from './photos.ts'

/** Simulates a print that is held before the camera: less contrast, dots of the print, out of focus, noise. */
export async function printed(pixels: Pixels, random: () => number): Promise<Pixels> {
  const { width, height, data } = pixels
  const dotted = Buffer.from(data)
  const [cos, sin] = [Math.cos(0.4), Math.sin(0.4)]
  for (let at = 0; at < dotted.length; at++) {
    const pixel = Math.floor(at / 3)
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    const dots = Math.sin((x * cos + y * sin) * 1.9) * Math.sin((y * cos - x * sin) * 1.9) * 5
    dotted[at] = clamp(30 + (dotted[at] ?? 0) * 0.78 + dots + (random() + random() - 1) * 5)
  }
  return {
    data: await toImage({ data: dotted, width, height }).blur(0.9).removeAlpha().raw().toBuffer(),
    width,
    height,
  }
}

/** Simulates a screen that is filmed: a grid of subpixels, sampled by the camera at another pitch, which beats (moiré), and a glow. */
export async function filmedScreen(pixels: Pixels, random: () => number): Promise<Pixels> {
  const { width, height, data } = pixels
  const shown = Buffer.from(data)
  const pitch = 2.6 + random() * 0.5
  const tilt = 0.05 + random() * 0.1
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x + y * tilt, y - x * tilt]
      const line = 1 + 0.1 * Math.sin((2 * Math.PI * v) / pitch)
      for (let channel = 0; channel < 3; channel++) {
        const at = (y * width + x) * 3 + channel
        const column = 1 + 0.1 * Math.sin(2 * Math.PI * (u / pitch + channel / 3))
        shown[at] = clamp(10 + (shown[at] ?? 0) * 0.92 * line * column + (random() + random() - 1) * 4)
      }
    }
  }
  return { data: await toImage({ data: shown, width, height }).blur(0.5).removeAlpha().raw().toBuffer(), width, height }
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)))
}

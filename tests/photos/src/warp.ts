import type { Pixels } from './photos.ts'

/** Remaps pixels: `from` returns the source coordinates of each target pixel. */
export function remap(pixels: Pixels, from: (x: number, y: number) => readonly [number, number]): Pixels {
  const { data, width, height } = pixels
  const out = Buffer.alloc(data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [fromX, fromY] = from(x, y)
      const column = Math.min(width - 1, Math.max(0, Math.round(fromX)))
      const row = Math.min(height - 1, Math.max(0, Math.round(fromY)))
      const [to, source] = [(y * width + x) * 3, (row * width + column) * 3]
      // By index: a copy of three bytes costs ten times as much.
      for (let channel = 0; channel < 3; channel++) out[to + channel] = data[source + channel] ?? 0
    }
  }
  return { data: out, width, height }
}

/**
 * Simulates a turnHead head: shifts the middle of the face sideways by `part` of the width, fading out towards its edges. That
 * this passes shows how little landmarks prove; see the limits of the verifier.
 */
function turnHead(pixels: Pixels, part: number): Pixels {
  const { width, height } = pixels
  const reach = width * 0.125
  return remap(pixels, (x, y) => {
    const away = ((x - width / 2) / reach) ** 2 + ((y - height * 0.5) / (reach * 1.6)) ** 2
    return [x - part * width * Math.exp(-away), y]
  })
}

/** Simulates an open mouth: shifts everything below the lips (at `line` of the height) down by `part`, over a dark gap. */
function openMouth(pixels: Pixels, line: number, part: number): Pixels {
  const { width, height } = pixels
  const half = width * 0.07
  const opened = remap(pixels, (x, y) => {
    const bend = Math.max(0, 1 - ((x - width / 2) / (half * 1.8)) ** 2)
    const gap = part * height * bend
    return [x, y > line * height ? Math.max(line * height, y - gap) : y]
  })
  for (let y = Math.floor(line * height); y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bend = 1 - ((x - width / 2) / half) ** 2
      if (bend > 0 && y < (line + part * bend) * height)
        opened.data.fill(25, (y * width + x) * 3, (y * width + x) * 3 + 3)
    }
  }
  return opened
}

/** Simulates the response of a person who looks straight ahead to each step of a challenge. */
export const acted = {
  turn_left: (pixels: Pixels): Pixels => turnHead(pixels, 0.07),
  turn_right: (pixels: Pixels): Pixels => turnHead(pixels, -0.07),
  open_mouth: (pixels: Pixels): Pixels => openMouth(pixels, 0.57, 0.075),
}

import type { Pixels } from './photos.ts'

/** Moves pixels: says where each pixel of the new picture is taken from. */
function moved(pixels: Pixels, from: (x: number, y: number) => readonly [number, number]): Pixels {
  const { data, width, height } = pixels
  const out = Buffer.alloc(data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [fromX, fromY] = from(x, y)
      const column = Math.min(width - 1, Math.max(0, Math.round(fromX)))
      const row = Math.min(height - 1, Math.max(0, Math.round(fromY)))
      data.copy(out, (y * width + x) * 3, (row * width + column) * 3, (row * width + column) * 3 + 3)
    }
  }
  return { data: out, width, height }
}

/**
 * As if the head were turned: the middle of the face moves sideways by `part` of the picture's width, and less and less of it
 * towards the edges of the face. It is a trick that shows how little landmarks prove; see the limits of the verifier.
 */
function turned(pixels: Pixels, part: number): Pixels {
  const { width, height } = pixels
  const reach = width * 0.125
  return moved(pixels, (x, y) => {
    const away = ((x - width / 2) / reach) ** 2 + ((y - height * 0.5) / (reach * 1.6)) ** 2
    return [x - part * width * Math.exp(-away), y]
  })
}

/** As if the mouth were opened: what is below the lips' line, which is at `line` of the height, moves down by `part`, over a dark gap. */
function mouthOpened(pixels: Pixels, line: number, part: number): Pixels {
  const { width, height } = pixels
  const half = width * 0.07
  const opened = moved(pixels, (x, y) => {
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

/** The one who looks straight ahead, doing what a challenge asks for. */
export const acted = {
  turn_left: (pixels: Pixels): Pixels => turned(pixels, 0.07),
  turn_right: (pixels: Pixels): Pixels => turned(pixels, -0.07),
  open_mouth: (pixels: Pixels): Pixels => mouthOpened(pixels, 0.57, 0.06),
}

import type { Pixels } from './photos.ts'
import { acted, remap } from './warp.ts'

/**
 * Renders a head that turns, from one photo: an ellipsoid with a nose, textured with the photo and rotated about its vertical axis. In
 * contrast to {@link acted}, everything on the head moves as far as its depth says, up to the hair. This stands in for a real person, of
 * whom npm ships no turning photos; a model of a head is not a head.
 * @param angle in degrees, positive towards the right edge of the image
 */
export function turnedHead(pixels: Pixels, angle: number): Pixels {
  const { width, height } = pixels
  const turn = (angle * Math.PI) / 180
  const [centerX, centerY] = [width / 2, height * 0.5]
  const [halfWidth, halfHeight] = [width * 0.27, height * 0.38]
  return remap(pixels, (x, y) => {
    const row = (y - centerY) / halfHeight
    if (Math.abs(row) >= 1) return [x, y]
    const radius = halfWidth * Math.sqrt(1 - row * row)
    const column = (x - centerX) / radius
    if (Math.abs(column) >= 1) return [x, y]
    const nose = noseHeight(column, (y - centerY) / height) * halfWidth
    const seen = Math.asin(column) - turn
    const before = radius * Math.sin(Math.max(-Math.PI / 2, Math.min(Math.PI / 2, seen)))
    // The edge of the head blends into the background, as hair does.
    const blend = Math.min(1, (1 - Math.abs(column)) / 0.08)
    return [centerX + (x - centerX) * (1 - blend) + (before - nose * Math.sin(turn)) * blend, y]
  })
}

/** Height of the nose above the ellipsoid, relative to half the width of the head. */
function noseHeight(column: number, down: number): number {
  return 0.22 * Math.exp(-((column / 0.22) ** 2) - ((down - 0.02) / 0.06) ** 2)
}

/** Shifts, tilts and scales a picture slightly, and adds noise, as between two frames of a camera. @param random numbers from 0 to 1 */
export function asFrame(pixels: Pixels, random: () => number): Pixels {
  const { width, height } = pixels
  const [shiftX, shiftY] = [(random() - 0.5) * 0.03 * width, (random() - 0.5) * 0.03 * height]
  const scale = 1 + (random() - 0.5) * 0.03
  const tilt = (random() - 0.5) * 0.05
  const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)]
  const moved = remap(pixels, (x, y) => {
    const [across, down] = [(x - width / 2) * scale, (y - height / 2) * scale]
    return [width / 2 + across * cos - down * sin + shiftX, height / 2 + across * sin + down * cos + shiftY]
  })
  for (let at = 0; at < moved.data.length; at++)
    moved.data[at] = Math.max(0, Math.min(255, (moved.data[at] ?? 0) + Math.round((random() + random() - 1) * 6)))
  return moved
}

/** Renders the response of a live person who looks straight ahead to each step of a challenge. */
export const performed = {
  turn_left: (pixels: Pixels): Pixels => turnedHead(pixels, 42),
  turn_right: (pixels: Pixels): Pixels => turnedHead(pixels, -48),
  open_mouth: acted.open_mouth,
}

/** A generator of numbers from 0 to 1 that are the same in each run (mulberry32). */
export function seededRandom(seed: number): () => number {
  // In a typed array: a variable of the closure would be a new object for each number.
  const states = Int32Array.of(seed)
  return () => {
    const state = ((states[0] ?? 0) + 0x6d2b79f5) | 0
    states[0] = state
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

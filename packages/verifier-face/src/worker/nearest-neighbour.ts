import type { NearestPerson, GalleryData } from '../messages.ts'

const dimensions = 128

/** Finds the nearest person by an exact scan of a gallery; undefined if it is empty. */
export function findNearestPerson(
  descriptor: Float32Array,
  { bytes, people, rows }: GalleryData,
): NearestPerson | undefined {
  const vectors = new Float32Array(bytes.buffer, bytes.byteOffset, rows * dimensions)
  let best = { person: -1, squared: Number.POSITIVE_INFINITY }
  let next = Number.POSITIVE_INFINITY
  for (let row = 0; row < rows; row++) {
    const squared = squaredDistance(descriptor, vectors, row * dimensions, next)
    if (squared >= next) continue
    const person = people[row] ?? -1
    if (squared >= best.squared) {
      if (person !== best.person) next = squared
    } else {
      if (person !== best.person) next = best.squared
      best = { person, squared }
    }
  }
  if (best.person < 0) return undefined
  return { person: best.person, distance: Math.sqrt(best.squared), nextDistance: Math.sqrt(next) }
}

/** Returns the squared distance, or a partial sum as soon as it reaches `limit`. */
function squaredDistance(a: Float32Array, all: Float32Array, from: number, limit: number): number {
  let sum = 0
  for (let at = 0; at < dimensions; at += 16) {
    for (let index = at; index < at + 16; index++) {
      const difference = (a[index] ?? 0) - (all[from + index] ?? 0)
      sum += difference * difference
    }
    if (sum >= limit) return sum
  }
  return sum
}

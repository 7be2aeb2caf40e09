import { randomFillSync } from 'node:crypto'

/** Random bytes that no salt has taken yet. A credential of twenty claims takes one filling at most: a call each costs more than the salts. */
const pool = Buffer.alloc(1024)
let taken = pool.length

/** Draws a salt of random bytes, 1024 at most. */
export function createSalt(byteLength: number): Buffer {
  if (byteLength > pool.length) throw new RangeError(`a salt has at most ${pool.length} bytes: ${byteLength}`)
  if (taken + byteLength > pool.length) {
    randomFillSync(pool)
    taken = 0
  }
  const drawn = pool.subarray(taken, taken + byteLength)
  const salt = Buffer.from(drawn)
  // Whoever reads this memory later learns no salt that was given out.
  drawn.fill(0)
  taken += byteLength
  return salt
}

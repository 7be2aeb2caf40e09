/** A repeatable random generator. */
export interface Random {
  /** From 0 up to, not including, 1. */
  readonly next: () => number
  readonly chance: (share: number) => boolean
  /** From 0 up to, not including, `below`. */
  readonly below: (below: number) => number
  readonly pick: <T>(items: readonly T[]) => T
}

/** Creates a generator from a seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    chance: (share) => next() < share,
    pick: (items) => {
      for (const item of items.slice(below(items.length))) return item
      throw new RangeError('Nothing to pick from')
    },
  }
}

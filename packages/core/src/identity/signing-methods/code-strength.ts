/** Pools of characters that guesses are taken from, by what a code contains. */
const pools: readonly (readonly [RegExp, number])[] = [
  [/[0-9]/, 10],
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/[^0-9a-zA-Z]/, 1],
]

/** The shortest repetition that a guess takes into account. */
const minRepetition = 3

/**
 * Estimates the entropy of a code in bits: that of its unpredictable characters, drawn from the pools that it uses. Predictable are
 * those that continue a run (`aaaa`, `1234`, `zyx`) or repeat an earlier part of the code. Words are not recognized, so the estimate is
 * an upper bound for codes that people make up.
 */
export function estimateCodeEntropy(code: string): number {
  const pool = pools.filter(([pattern]) => pattern.test(code)).reduce((sum, [, size]) => sum + size, 0)
  return pool === 0 ? 0 : countUnpredictable(code) * Math.log2(pool)
}

/** Counts the characters that neither continue a run nor repeat an earlier part. */
export function countUnpredictable(code: string): number {
  let count = 0
  for (let index = 0; index < code.length; ) {
    const length = repetitionAt(code, index)
    if (length >= minRepetition) {
      index += length
      // Where the repetition begins is a guess, too.
      count++
      continue
    }
    if (!continuesRun(code, index)) count++
    index++
  }
  return count
}

/** The length of the longest part from an index on that stands in the code before it. */
function repetitionAt(code: string, index: number): number {
  let length = 0
  while (index + length < code.length && code.slice(0, index).includes(code.slice(index, index + length + 1))) length++
  return length
}

function continuesRun(code: string, index: number): boolean {
  if (index < 2) return false
  const step = (at: number): number => code.charCodeAt(at) - code.charCodeAt(at - 1)
  return step(index) === step(index - 1) && Math.abs(step(index)) <= 1
}

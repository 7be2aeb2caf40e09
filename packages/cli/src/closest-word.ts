/** Returns ` Did you mean "…"?` for the known word that is closest to a mistyped one; an empty text if none is close. */
export function suggestWord(word: string, known: readonly string[]): string {
  const [closest] = known
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((one, other) => one.distance - other.distance)
  return closest === undefined ? '' : ` Did you mean ${JSON.stringify(closest.candidate)}?`
}

/** The number of characters to insert, delete or replace (Levenshtein). Arguments are short: long words are cut. */
function editDistance(one: string, other: string): number {
  const [from, to] = [one.slice(0, 64), other.slice(0, 64)]
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [row, character] of [...from].entries()) {
    const current = [row + 1]
    for (const [column, wanted] of [...to].entries()) {
      const replaced = (previous[column] ?? 0) + (character === wanted ? 0 : 1)
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1))
    }
    previous = current
  }
  return previous.at(-1) ?? 0
}

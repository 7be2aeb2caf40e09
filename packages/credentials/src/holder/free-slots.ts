/**
 * Lists the slots from 0 that no row has, in random order: those who choose at the same time seldom collide. A unique key over user and
 * slot lets one process have a slot, so that several do not exceed the maximum together.
 *
 * @param taken the slots of the rows
 * @param max the number of slots
 */
export function listFreeSlots(taken: Iterable<number | null>, max: number): readonly number[] {
  const used = new Set(taken)
  return Array.from({ length: max }, (_, slot) => slot)
    .filter((slot) => !used.has(slot))
    .map((slot) => ({ slot, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ slot }) => slot)
}

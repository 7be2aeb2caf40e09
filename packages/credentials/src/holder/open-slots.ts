/** Maximum number of offers, and of requests, that a user has open at once. */
export const maxOpen = 50

/** A row that holds a slot as long as it is open. */
interface SlotRow {
  readonly slot: number | null
  readonly expiresAt: number
}

/**
 * Finds a slot of a user that no open row has; undefined if there is none. The commit removes an expired row from it. A unique key over
 * user and slot lets one process have it, so that several do not exceed the limit together. The choice is random: those who choose
 * at the same time seldom collide.
 *
 * @param rows the rows of the user that have a slot
 * @param now in epoch milliseconds
 */
export function findFreeSlot(rows: readonly SlotRow[], now: number): number | undefined {
  const taken = new Set(rows.filter(({ expiresAt }) => expiresAt > now).map(({ slot }) => slot))
  const free = Array.from({ length: maxOpen }, (_, slot) => slot).filter((slot) => !taken.has(slot))
  return free[Math.floor(Math.random() * free.length)]
}

import { listFreeSlots } from './free-slots.ts'

/** Maximum number of offers, and of requests, that a user has open at once. */
export const maxOpen = 50

/** A row that holds a slot as long as it is open. */
interface SlotRow {
  readonly slot: number | null
  readonly expiresAt: number
}

/**
 * Finds a slot of a user that no open row has; undefined if there is none. The commit removes an expired row from it.
 *
 * @param rows the rows of the user that have a slot
 * @param now in epoch milliseconds
 */
export function findFreeSlot(rows: readonly SlotRow[], now: number): number | undefined {
  const open = rows.filter(({ expiresAt }) => expiresAt > now)
  return listFreeSlots(
    open.map(({ slot }) => slot),
    maxOpen,
  )[0]
}

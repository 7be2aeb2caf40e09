import { newId } from '@billfold/core'
import { type Batch, batch, bigint, defineTable, insert, integer, text, update } from '@billfold/core/storage'

export const accounts = defineTable({ name: 'accounts', columns: { id: integer(), balance: bigint() }, key: ['id'] })
export const transfers = defineTable({
  name: 'transfers',
  columns: { id: text(36), source: integer(), target: integer(), amount: bigint() },
  key: ['id'],
})
export const entries = defineTable({
  name: 'entries',
  columns: { transfer: text(36), part: integer(), account: integer(), amount: bigint() },
  key: ['transfer', 'part'],
})

/** Number of accounts. */
export const accountCount = 1_000

/** A transfer between two accounts, independent of how it is written. */
export interface Transfer {
  readonly id: string
  readonly source: number
  readonly target: number
  readonly amount: bigint
}

/** Creates a random transfer between two of the first `among` accounts. */
export function randomTransfer(among: number): Transfer {
  const source = Math.floor(Math.random() * among)
  const target = (source + 1 + Math.floor(Math.random() * (among - 1))) % among
  return { id: newId(), source, target, amount: 1n }
}

/** Converts a transfer to its five writes: debit with a condition, credit, three inserts. */
export function toBatch({ id, source, target, amount }: Transfer): Batch {
  return batch(
    update(accounts, { where: { id: source, balance: { gte: amount } }, add: { balance: -amount } }),
    update(accounts, { where: { id: target }, add: { balance: amount } }),
    insert(transfers, { id, source, target, amount }),
    insert(entries, { transfer: id, part: 0, account: source, amount: -amount }),
    insert(entries, { transfer: id, part: 1, account: target, amount }),
  )
}

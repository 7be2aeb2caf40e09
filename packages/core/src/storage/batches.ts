import { defineTable, integer, text } from './table.ts'

/**
 * The batches that were applied, so that none is applied twice. A storage writes it by itself, in the same transaction as
 * the batch; `maintain()` removes what is older than any retry.
 */
export const batches = defineTable({
  name: 'batches',
  columns: { id: text(36), committedAt: integer() },
  key: ['id'],
  indexes: { byTime: ['committedAt'] },
})

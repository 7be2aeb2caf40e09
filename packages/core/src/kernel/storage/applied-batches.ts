import { defineTable, integer, text } from './table.ts'

/**
 * The ids of applied batches, for deduplication: a batch with a known id is not applied again. The storage adapter inserts the
 * row itself, in the transaction of the batch; `maintain()` deletes rows older than any retry.
 */
export const appliedBatches = defineTable({
  name: 'applied_batches',
  columns: { id: text(36), committedAt: integer() },
  key: ['id'],
  indexes: { byTime: ['committedAt'] },
})

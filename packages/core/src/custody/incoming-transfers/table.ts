import { defineTable, integer, type RowOf, text } from '../../kernel/storage/index.ts'

/** How far the transfers of each chain have been recorded. */
export const transferCursors = defineTable({
  name: 'transfer_cursors',
  columns: {
    secretType: text(32),
    network: text(64),
    /** The newest block of which everything is recorded. */
    block: integer(),
    /** The first position of the next block that is not recorded. */
    position: integer(),
  },
  key: ['secretType', 'network'],
})

/** A row of {@link transferCursors}. */
export type TransferCursorRow = RowOf<typeof transferCursors>

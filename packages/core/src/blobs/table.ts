import { bytes, defineTable, integer, text } from '../storage/index.ts'

/** The blobs of {@link databaseBlobs}, in pieces. A blob is there when its last piece is. */
export const blobPieces = defineTable({
  name: 'blob_pieces',
  columns: {
    tenant: text(64),
    blobId: text(36),
    /** From 0. */
    number: integer(),
    /** 1 for the last piece, which is written last, else 0. */
    last: integer(),
    content: bytes(),
  },
  key: ['blobId', 'number'],
  indexes: { byLast: ['blobId', 'last'] },
})

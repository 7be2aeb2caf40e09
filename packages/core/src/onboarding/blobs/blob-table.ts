import { bytes, defineTable, integer, text } from '../../kernel/storage/index.ts'

/** Chunks of the blobs of `databaseBlobs`. A blob exists once its last chunk does. */
export const blobPieces = defineTable({
  name: 'blob_pieces',
  columns: {
    tenant: text(64),
    blobId: text(36),
    /** Chunk number, from 0. */
    number: integer(),
    /** 1 for the last chunk, which is written last, otherwise 0. */
    last: integer(),
    content: bytes(),
  },
  key: ['blobId', 'number'],
  indexes: { byLast: ['blobId', 'last'] },
})

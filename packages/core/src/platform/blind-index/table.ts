import { bytes, defineTable, integer, text } from '../../kernel/storage/index.ts'

/** The secret of the blind index, sealed by the keyring. The table has one row, created on first use. */
export const blindIndexSecrets = defineTable({
  name: 'blind_index_secrets',
  columns: {
    name: text(32),
    sealedSecret: bytes(256),
    createdAt: integer(),
  },
  key: ['name'],
})

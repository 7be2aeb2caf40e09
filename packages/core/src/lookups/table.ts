import { bytes, defineTable, integer, text } from '../storage/index.ts'

/** The secret of the blind index, sealed by the keyring. The table has one row, created on first use. */
export const lookupSecrets = defineTable({
  name: 'lookup_secrets',
  columns: {
    name: text(32),
    sealedSecret: bytes(256),
    createdAt: integer(),
  },
  key: ['name'],
})

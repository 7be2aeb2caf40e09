import { bytes, defineTable, integer, text } from '../storage/index.ts'

/** The secrets that keyed hashes are made with, sealed by the keyring. There is one row, made when it is first needed. */
export const lookupSecrets = defineTable({
  name: 'lookup_secrets',
  columns: {
    name: text(32),
    sealedSecret: bytes(256),
    createdAt: integer(),
  },
  key: ['name'],
})

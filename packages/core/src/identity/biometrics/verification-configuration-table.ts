import { defineTable, integer, text } from '../../kernel/storage/index.ts'

/** Verification configurations of communities. The wallet API calls their id `dvcID`. */
export const verificationConfigurations = defineTable({
  name: 'verification_configs',
  columns: {
    id: text(36),
    tenant: text(64),
    community: text(128),
    tag: text(128),
    /** The other fields, as JSON. */
    settings: text(2048),
    createdAt: integer(),
  },
  key: ['id'],
  unique: { byTag: ['tenant', 'community', 'tag'] },
})

import { bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/** Where webhooks go. */
export const webhookEndpoints = defineTable({
  name: 'webhook_endpoints',
  columns: {
    id: text(36),
    tenant: text(64),
    /** Sealed by the keyring, since URLs can carry secrets. */
    sealedUrl: bytes(),
    description: nullable(text(256)),
    /** Names of kinds of events, separated by spaces; null for all. */
    types: nullable(text()),
    sealedSecret: bytes(512),
    /** The secret before the last rotation, which requests are signed with too until then. */
    sealedOldSecret: nullable(bytes(512)),
    oldSecretUntil: nullable(integer()),
    createdAt: integer(),
    disabledAt: nullable(integer()),
    /** `asked`, `failing`, `gone`. */
    disabledBecause: nullable(text(16)),
    /** Failed attempts in a row, since when, and until when the endpoint is left alone. */
    failures: integer(),
    failingSince: nullable(integer()),
    restUntil: integer(),
    version: integer(),
  },
  key: ['id'],
  indexes: { byTenant: ['tenant', 'id'] },
})

import { bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/** Webhook endpoints. */
export const webhookEndpoints = defineTable({
  name: 'webhook_endpoints',
  columns: {
    id: text(36),
    tenant: text(64),
    /** Sealed by the keyring, because URLs can contain secrets. */
    sealedUrl: bytes(),
    description: nullable(text(256)),
    /** Event types separated by spaces; null for all. */
    types: nullable(text()),
    sealedSecret: bytes(512),
    /** The secret before the last rotation. Requests are signed with it as well until it expires. */
    sealedOldSecret: nullable(bytes(512)),
    oldSecretUntil: nullable(integer()),
    createdAt: integer(),
    disabledAt: nullable(integer()),
    /** `manual`, `failing` or `gone`. */
    disabledBecause: nullable(text(16)),
    /** Consecutive failed attempts, the time of the first one, and the time until which the endpoint is paused. */
    failures: integer(),
    failingSince: nullable(integer()),
    restUntil: integer(),
    version: integer(),
  },
  key: ['id'],
  indexes: { byTenant: ['tenant', 'id'] },
})

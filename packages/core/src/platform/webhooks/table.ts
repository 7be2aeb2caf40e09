import { bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

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
    eventTypes: nullable(text()),
    sealedSecret: bytes(512),
    /** The secret before the last rotation. Requests are signed with it as well until it expires. */
    sealedPreviousSecret: nullable(bytes(512)),
    previousSecretExpiresAt: nullable(integer()),
    createdAt: integer(),
    disabledAt: nullable(integer()),
    /** `manual`, `failing` or `gone`. */
    disabledReason: nullable(text(16)),
    /** Consecutive failed attempts, the time of the first one, and the time until which the endpoint is paused. */
    failures: integer(),
    failingSince: nullable(integer()),
    retryNotBefore: integer(),
    version: integer(),
  },
  key: ['id'],
  indexes: { byTenant: ['tenant', 'id'] },
})

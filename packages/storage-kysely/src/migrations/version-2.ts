import type { Migration } from './migration.ts'

/** What changed since version 1. Written by scripts/freeze-migration.mjs; never changed after a release. */
export const version2: Migration = {
  version: 2,
  steps: [
    {
      kind: 'createTable',
      table: {
        name: 'events',
        columns: {
          id: { type: 'text', length: 36, nullable: false },
          tenant: { type: 'text', length: 64, nullable: false },
          type: { type: 'text', length: 64, nullable: false },
          version: { type: 'integer', nullable: false },
          at: { type: 'integer', nullable: false },
          data: { type: 'text', nullable: false },
        },
        key: ['id'],
        unique: {},
        indexes: { byAge: ['at', 'id'] },
      },
    },
    {
      kind: 'createTable',
      table: {
        name: 'event_deliveries',
        columns: {
          id: { type: 'text', length: 36, nullable: false },
          tenant: { type: 'text', length: 64, nullable: false },
          endpointId: { type: 'text', length: 36, nullable: false },
          eventId: { type: 'text', length: 36, nullable: false },
          type: { type: 'text', length: 64, nullable: false },
          body: { type: 'text', nullable: false },
          attempts: { type: 'integer', nullable: false },
          nextTryAt: { type: 'integer', nullable: true },
          failure: { type: 'text', length: 64, nullable: true },
          createdAt: { type: 'integer', nullable: false },
        },
        key: ['id'],
        unique: { once: ['endpointId', 'eventId'] },
        indexes: { due: ['endpointId', 'nextTryAt', 'id'], byAge: ['createdAt'] },
      },
    },
    {
      kind: 'createTable',
      table: {
        name: 'webhook_endpoints',
        columns: {
          id: { type: 'text', length: 36, nullable: false },
          tenant: { type: 'text', length: 64, nullable: false },
          sealedUrl: { type: 'bytes', nullable: false },
          description: { type: 'text', length: 256, nullable: true },
          types: { type: 'text', nullable: true },
          sealedSecret: { type: 'bytes', length: 512, nullable: false },
          sealedOldSecret: { type: 'bytes', length: 512, nullable: true },
          oldSecretUntil: { type: 'integer', nullable: true },
          createdAt: { type: 'integer', nullable: false },
          disabledAt: { type: 'integer', nullable: true },
          disabledBecause: { type: 'text', length: 16, nullable: true },
          failures: { type: 'integer', nullable: false },
          failingSince: { type: 'integer', nullable: true },
          restUntil: { type: 'integer', nullable: false },
          version: { type: 'integer', nullable: false },
        },
        key: ['id'],
        unique: {},
        indexes: { byTenant: ['tenant', 'id'] },
      },
    },
  ],
}

import type { Migration } from './migration.ts'

/** What changed since version 1. Written by scripts/freeze-migration.mjs; never changed after a release. */
export const version2: Migration = {
  version: 2,
  steps: [
    {
      kind: 'createTable',
      table: {
        name: 'audit_links',
        columns: {
          number: { type: 'integer', nullable: false },
          at: { type: 'integer', nullable: false },
          count: { type: 'integer', nullable: false },
          digests: { type: 'bytes', nullable: true },
          digestsHash: { type: 'bytes', length: 32, nullable: false },
          previous: { type: 'bytes', length: 32, nullable: false },
          prunedTo: { type: 'integer', nullable: false },
          keyId: { type: 'text', length: 32, nullable: false },
          mac: { type: 'bytes', length: 32, nullable: false },
        },
        key: ['number'],
        unique: {},
        indexes: {},
      },
    },
    {
      kind: 'createTable',
      table: {
        name: 'idempotency_keys',
        columns: {
          id: { type: 'text', length: 43, nullable: false },
          tenant: { type: 'text', length: 64, nullable: false },
          holder: { type: 'text', length: 36, nullable: false },
          heldUntil: { type: 'integer', nullable: false },
          acted: { type: 'boolean', nullable: false },
          fingerprint: { type: 'text', length: 43, nullable: true },
          reply: { type: 'bytes', nullable: true },
          expiresAt: { type: 'integer', nullable: false },
        },
        key: ['id'],
        unique: {},
        indexes: { byExpiry: ['expiresAt'] },
      },
    },
    {
      kind: 'addColumn',
      table: 'audit_records',
      name: 'link',
      column: { type: 'integer', nullable: true },
    },
    {
      kind: 'createIndex',
      table: 'audit_records',
      name: 'byLink',
      columns: ['link', 'id'],
      unique: false,
    },
  ],
}

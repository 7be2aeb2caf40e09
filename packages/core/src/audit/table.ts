import { defineTable, integer, nullable, text } from '../storage/index.ts'

/** Who did what to what, when. Rows are only ever added, in the commit of the act itself. */
export const auditRecords = defineTable({
  name: 'audit_records',
  columns: {
    id: text(36),
    tenant: text(64),
    at: integer(),
    /** `wallet.created`, `signing-method.replaced`, ... */
    act: text(64),
    actor: text(128),
    subject: text(128),
    /** What else is known, as JSON; never a secret. */
    detail: nullable(text()),
  },
  key: ['id'],
  indexes: { byTenant: ['tenant', 'id'], bySubject: ['tenant', 'subject', 'id'] },
})

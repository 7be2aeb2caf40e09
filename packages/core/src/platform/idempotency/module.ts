import { idempotencyErrors } from '../../kernel/error-codes/platform.ts'
import { defineModule } from '../module.ts'
import { purgeExpiredIdempotencyKeys } from './execute-once.ts'
import { idempotencyKeys } from './table.ts'

const idempotencyAuditActions = {
  'idempotency-key.mismatch-limit-reached':
    'Too many other requests used an idempotency key, and its reply was deleted; the subject is a keyed hash of the key',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type IdempotencyAuditActions = typeof idempotencyAuditActions

declare module '../audit/actions.ts' {
  interface ModuleAuditActions extends IdempotencyAuditActions {}
}

/** Idempotency keys, with the stored replies. */
export const idempotencyModule = defineModule({
  name: 'idempotency',
  tables: [idempotencyKeys],
  auditActions: idempotencyAuditActions,
  errors: idempotencyErrors,
  create: ({ services: { storage } }) => ({
    maintenanceSteps: [
      {
        name: 'delete expired idempotency keys',
        stage: 'expire',
        run: (startedAt) => purgeExpiredIdempotencyKeys(storage, startedAt),
      },
    ],
  }),
})

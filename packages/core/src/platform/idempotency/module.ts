import { idempotencyErrors } from '../../kernel/error-codes/platform.ts'
import { defineModule } from '../module.ts'
import { purgeExpiredIdempotencyKeys } from './execute-once.ts'
import { idempotencyKeys } from './table.ts'

const idempotencyAuditActions = {
  'request.secret-repeated':
    'A request was repeated whose stored reply carries a secret; the subject is the route, the detail says whether it was given',
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
        run: (startedAt, report) => purgeExpiredIdempotencyKeys(storage, startedAt, report),
      },
    ],
  }),
})

import { idempotencyErrors } from '../../kernel/error-codes/platform.ts'
import { defineModule } from '../module.ts'
import { purgeExpiredIdempotencyKeys } from './execute-once.ts'
import { idempotencyKeys } from './table.ts'

/** Idempotency keys, with the stored replies. */
export const idempotencyModule = defineModule({
  name: 'idempotency',
  tables: [idempotencyKeys],
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

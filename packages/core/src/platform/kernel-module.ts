import { kernelErrors } from '../kernel/error-codes/kernel.ts'
import { appliedBatches, deleteInBatches } from '../kernel/storage/index.ts'
import { defineModule } from './module.ts'

/** How long batch ids are retained, in milliseconds: far longer than a commit is retried. */
const batchRetentionMs = 24 * 60 * 60 * 1000

/** The kernel's share in a Billfold: the ids of applied batches, and the errors of storage, keyring and cryptography. */
export const kernelModule = defineModule({
  name: 'kernel',
  tables: [appliedBatches],
  errors: kernelErrors,
  create: ({ services: { storage } }) => ({
    maintenanceSteps: [
      {
        name: 'delete batch ids older than a day',
        stage: 'expire',
        run: (startedAt, report) =>
          deleteInBatches(storage, appliedBatches, { committedAt: { lt: startedAt - batchRetentionMs } }, report),
      },
    ],
  }),
})

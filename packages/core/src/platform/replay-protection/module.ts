import { replayProtectionErrors } from '../../kernel/error-codes/platform.ts'
import { defineModule } from '../module.ts'
import { purgeExpiredReplies, sealedReplies } from './claim-request.ts'
import { consumedNonces } from './consumed-nonces-table.ts'
import { purgeExpiredNonces } from './nonces.ts'
import { requestReplies } from './request-replies-table.ts'

/** Replay protection: consumed nonces and request ids, with the replies to repeated requests. */
export const replayProtectionModule = defineModule({
  name: 'replayProtection',
  tables: [consumedNonces, requestReplies],
  sealedColumns: [sealedReplies],
  errors: replayProtectionErrors,
  create: ({ services: { storage } }) => ({
    maintenanceSteps: [
      {
        name: 'delete expired nonces',
        stage: 'expire',
        run: (startedAt, report) => purgeExpiredNonces(storage, startedAt, report),
      },
      {
        name: 'delete expired replies',
        stage: 'expire',
        run: (startedAt, report) => purgeExpiredReplies(storage, startedAt, report),
      },
    ],
  }),
})

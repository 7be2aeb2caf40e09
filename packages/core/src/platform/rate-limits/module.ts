import { rateLimitErrors } from '../../kernel/error-codes/platform.ts'
import { defineModule } from '../module.ts'
import { purgeExpiredRateLimits } from './storage-rate-limiter.ts'
import { rateLimits } from './table.ts'

/** Rate limits, counted in the storage. */
export const rateLimitsModule = defineModule({
  name: 'rateLimits',
  tables: [rateLimits],
  personalDataExceptions: { rate_limits: 'A hash of tenant, purpose and subject, deleted when its window ends.' },
  errors: rateLimitErrors,
  create: ({ services: { storage } }) => ({
    maintenanceSteps: [
      {
        name: 'delete expired rate limits',
        stage: 'expire',
        run: (startedAt, report) => purgeExpiredRateLimits(storage, startedAt, report),
      },
    ],
  }),
})

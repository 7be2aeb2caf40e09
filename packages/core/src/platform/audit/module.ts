import { auditErrors } from '../../kernel/error-codes/platform.ts'
import { defineModule } from '../module.ts'
import { createAuditApi } from './api.ts'
import { checkpointOrLog } from './checkpoint.ts'
import { auditLinks, auditRecords } from './tables.ts'

/** The maximum number of audit chain links per maintenance run: 20,000 records. The next run continues. */
const maxLinksPerRun = 40

const auditLogAuditActions = {
  'audit.pruned': 'Old audit records were deleted; the subject is the last link whose records were deleted',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type AuditLogAuditActions = typeof auditLogAuditActions

declare module '../audit/actions.ts' {
  interface ModuleAuditActions extends AuditLogAuditActions {}
}

/** The audit log and its hash chain. */
export const auditModule = defineModule({
  name: 'audit',
  tables: [auditRecords, auditLinks],
  personalDataExceptions: {
    audit_records: 'Exported with the user. Retained after an erasure: an entry contains ids, an action and a time.',
  },
  auditActions: auditLogAuditActions,
  errors: auditErrors,
  create: ({ services, host }) => ({
    functions: createAuditApi(services, host),
    maintenanceSteps: [
      { name: 'extend the hash chain', stage: 'checkpoint', run: () => checkpointOrLog(services, maxLinksPerRun) },
    ],
  }),
})

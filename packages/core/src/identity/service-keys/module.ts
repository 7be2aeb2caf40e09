import { serviceKeyErrors } from '../../kernel/error-codes/identity.ts'
import { defineModule } from '../../platform/module.ts'
import { createServiceKeysApi } from './api.ts'
import { serviceKeyEvents } from './events.ts'
import { sealedServiceKeys } from './service-keys.ts'
import { serviceKeyTable } from './table.ts'

const serviceKeyAuditActions = {
  'service-key.created': 'A service key was created',
  'service-key.reset': 'A service key was replaced by a successor',
  'service-key.revoked': 'A service key was revoked',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type ServiceKeyAuditActions = typeof serviceKeyAuditActions

declare module '../../platform/audit/actions.ts' {
  interface ModuleAuditActions extends ServiceKeyAuditActions {}
}

/** Service keys, the API credentials of machine clients. */
export const serviceKeysModule = defineModule({
  name: 'serviceKeys',
  tables: [serviceKeyTable],
  sealedColumns: [sealedServiceKeys],
  replyPreconditions: [{ table: serviceKeyTable, column: 'revokedAt' }],
  auditActions: serviceKeyAuditActions,
  events: serviceKeyEvents,
  errors: serviceKeyErrors,
  create: ({ services, host }) => ({ functions: createServiceKeysApi(services, host) }),
})

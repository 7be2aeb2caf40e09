import { secureChannelErrors } from '../../kernel/error-codes/platform.ts'
import { defineModule } from '../module.ts'
import { sealedSystemKeys } from './system-channels.ts'
import { systemKeys } from './tables.ts'

const secureChannelAuditActions = {
  'system-key.created': 'The key pair that callers encrypt to was created',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type SecureChannelAuditActions = typeof secureChannelAuditActions

declare module '../audit/actions.ts' {
  interface ModuleAuditActions extends SecureChannelAuditActions {}
}

/** The secure channel: the key pairs that callers encrypt to. */
export const secureChannelModule = defineModule({
  name: 'secureChannel',
  tables: [systemKeys],
  sealedColumns: [sealedSystemKeys],
  auditActions: secureChannelAuditActions,
  errors: secureChannelErrors,
  create: () => ({}),
})

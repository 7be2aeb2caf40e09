import { defineModule, type ModuleContext } from '../../platform/module.ts'
import type { PepperedValues } from '../../platform/peppered-values.ts'
import type { SealedColumn } from '../../kernel/storage/sealed-column.ts'
import { createKeyringApi } from './api.ts'

const keyringAuditActions = {
  'keys.reencrypted': 'Sealed values were re-encrypted under the current key, which is the subject',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type KeyringAuditActions = typeof keyringAuditActions

declare module '../../platform/audit/actions.ts' {
  interface ModuleAuditActions extends KeyringAuditActions {}
}

/** Dependencies of the keyring module besides the services. */
export interface KeyringModuleContext extends ModuleContext {
  /** The columns of all modules that the keyring seals. */
  readonly sealedColumns: readonly SealedColumn[]
  /** The values of all modules that only a secret of their owner brings under another key. */
  readonly pepperedValues: readonly PepperedValues[]
}

/** Key usage and re-encryption. */
export const keyringModule = defineModule({
  name: 'keys',
  tables: [],
  auditActions: keyringAuditActions,
  create: ({ services, host, sealedColumns, pepperedValues }: KeyringModuleContext) => ({
    functions: createKeyringApi(services, host, sealedColumns, pepperedValues),
  }),
})

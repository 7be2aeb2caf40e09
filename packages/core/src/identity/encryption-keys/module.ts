import { defineModule } from '../../platform/module.ts'
import { purgeExpiredEncryptionKeys, sealedEncryptionKeys } from './encryption-keys.ts'
import { encryptionKeys } from './table.ts'

/** The key pairs that callers encrypt signing methods to. */
export const encryptionKeysModule = defineModule({
  name: 'encryptionKeys',
  tables: [encryptionKeys],
  sealedColumns: [sealedEncryptionKeys],
  create: ({ services }) => ({
    maintenanceSteps: [
      {
        name: 'delete expired encryption keys',
        stage: 'expire',
        run: (_, report) => purgeExpiredEncryptionKeys(services, report),
      },
    ],
  }),
})

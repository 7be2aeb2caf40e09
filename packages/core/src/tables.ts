import { auditRecords } from './audit/table.ts'
import { credentials, masterSecrets } from './credentials/tables.ts'
import { encryptionKeys } from './encryption-keys/table.ts'
import { lookupSecrets } from './lookups/index.ts'
import { outbox } from './outbox/index.ts'
import { rateLimits } from './rate-limits/table.ts'
import { usedOnce } from './replays/table.ts'
import { serviceKeys } from './service-keys/table.ts'
import { batches, type Table } from './storage/index.ts'
import { accountNonces, transactionReplacements, transactions } from './transactions/tables.ts'
import { identifiers } from './users/identifier-table.ts'
import { users } from './users/table.ts'
import { seeds, wallets } from './wallets/tables.ts'

/** Every table that Billfold keeps: what a storage must be able to hold. */
export const tables: readonly Table[] = Object.freeze([
  batches,
  users,
  identifiers,
  masterSecrets,
  credentials,
  wallets,
  seeds,
  transactions,
  transactionReplacements,
  accountNonces,
  serviceKeys,
  auditRecords,
  outbox,
  rateLimits,
  usedOnce,
  encryptionKeys,
  lookupSecrets,
])

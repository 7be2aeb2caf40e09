import { auditLinks, auditRecords } from './audit/table.ts'
import { verificationConfigurations } from './biometrics/configuration-table.ts'
import { faceGalleries, facePeople, faceTemplates } from './biometrics/face-tables.ts'
import { faceChecks } from './credentials/face-check-table.ts'
import { credentials, masterSecrets } from './credentials/tables.ts'
import { devices } from './devices/table.ts'
import { didChanges, didIdentities, didNonces } from './dids/tables.ts'
import { encryptionKeys } from './encryption-keys/table.ts'
import { systemKeys } from './envelope/tables.ts'
import { idempotencyKeys } from './idempotency/table.ts'
import { licences } from './licences/table.ts'
import { lookupSecrets } from './lookups/index.ts'
import { eventDeliveries, events } from './events/table.ts'
import { outbox } from './outbox/index.ts'
import { blobPieces } from './blobs/table.ts'
import { applications, fileQuotas, files, profiles } from './onboarding/tables.ts'
import { ledgerAccounts, ledgerEntries, ledgerHolds, ledgerTransfers } from './ledger/tables.ts'
import * as paymentTables from './payments/tables.ts'
import { rateLimits } from './rate-limits/table.ts'
import { configurationSteps, configurations, identities } from './identities/tables.ts'
import { requestAnswers } from './replays/answers-table.ts'
import { usedOnce } from './replays/table.ts'
import { serviceKeys } from './service-keys/table.ts'
import { authenticationSessions, faceAttempts, sessionValues } from './sessions/tables.ts'
import { batches, type Table } from './storage/index.ts'
import { subscriptions } from './subscriptions/table.ts'
import { accountNonces, transactionReplacements, transactions } from './transactions/tables.ts'
import { identifiers } from './users/identifier-table.ts'
import { users } from './users/table.ts'
import { loginTickets } from './wallet-login/ticket-table.ts'
import { vaults } from './vaults/tables.ts'
import { seeds, wallets } from './wallets/tables.ts'
import { webhookEndpoints } from './webhooks/table.ts'

/** All tables of Billfold. A storage must support each of them. */
export const tables: readonly Table[] = Object.freeze([
  batches,
  users,
  identifiers,
  masterSecrets,
  credentials,
  faceChecks,
  wallets,
  seeds,
  transactions,
  transactionReplacements,
  accountNonces,
  didIdentities,
  didNonces,
  didChanges,
  serviceKeys,
  auditRecords,
  auditLinks,
  outbox,
  events,
  eventDeliveries,
  webhookEndpoints,
  rateLimits,
  usedOnce,
  encryptionKeys,
  systemKeys,
  licences,
  requestAnswers,
  lookupSecrets,
  loginTickets,
  files,
  fileQuotas,
  blobPieces,
  profiles,
  applications,
  verificationConfigurations,
  facePeople,
  faceTemplates,
  faceGalleries,
  devices,
  authenticationSessions,
  sessionValues,
  faceAttempts,
  vaults,
  identities,
  configurations,
  configurationSteps,
  ledgerAccounts,
  ledgerTransfers,
  ledgerEntries,
  ledgerHolds,
  ...Object.values(paymentTables),
  subscriptions,
  idempotencyKeys,
])

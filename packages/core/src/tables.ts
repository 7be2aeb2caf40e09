import { auditLinks, auditRecords } from './platform/audit/tables.ts'
import { verificationConfigurations } from './identity/biometrics/verification-configuration-table.ts'
import { faceGalleries, facePeople, faceTemplates } from './identity/biometrics/face-tables.ts'
import { faceChecks } from './identity/signing-methods/face-check-table.ts'
import { signingMethods, masterSecrets } from './identity/signing-methods/tables.ts'
import { devices } from './identity/devices/table.ts'
import { didChanges, didIdentities, didNonces } from './dids/registries/embedded/tables.ts'
import { encryptionKeys } from './identity/encryption-keys/table.ts'
import { systemKeys } from './platform/secure-channel/tables.ts'
import { idempotencyKeys } from './platform/idempotency/table.ts'
import { licences } from './identity/licences/table.ts'
import { blindIndexSecrets } from './platform/blind-index/index.ts'
import { eventDeliveries, events } from './platform/events/table.ts'
import { outbox } from './platform/outbox/index.ts'
import { blobPieces } from './onboarding/blobs/blob-table.ts'
import { applications, fileQuotas, files, profiles } from './onboarding/applications/tables.ts'
import { ledgerAccounts, ledgerEntries, ledgerHolds, ledgerTransfers } from './payments/ledger/tables.ts'
import * as paymentTables from './payments/tables.ts'
import { rateLimits } from './platform/rate-limits/table.ts'
import { didUpdateSteps, didUpdates, didWallets } from './dids/did-wallets/tables.ts'
import { requestReplies } from './platform/replay-protection/request-replies-table.ts'
import { consumedNonces } from './platform/replay-protection/consumed-nonces-table.ts'
import { serviceKeyTable } from './identity/service-keys/table.ts'
import { authenticationSessions, faceAttempts, sessionValues } from './authentication/sessions/tables.ts'
import { appliedBatches, type Table } from './kernel/storage/index.ts'
import { subscriptions } from './payments/subscriptions/tables.ts'
import { accountNonces, transactionReplacements, transactions } from './custody/transactions/tables.ts'
import { identifiers } from './identity/users/identifier-table.ts'
import { users } from './identity/users/table.ts'
import { loginTickets } from './onboarding/wallet-login/ticket-table.ts'
import { vaults } from './dids/vaults/tables.ts'
import { seeds, wallets } from './custody/wallets/tables.ts'
import { webhookEndpoints } from './platform/webhooks/table.ts'

/** All tables of Billfold. A storage must support each of them. */
export const tables: readonly Table[] = Object.freeze([
  appliedBatches,
  users,
  identifiers,
  masterSecrets,
  signingMethods,
  faceChecks,
  wallets,
  seeds,
  transactions,
  transactionReplacements,
  accountNonces,
  didIdentities,
  didNonces,
  didChanges,
  serviceKeyTable,
  auditRecords,
  auditLinks,
  outbox,
  events,
  eventDeliveries,
  webhookEndpoints,
  rateLimits,
  consumedNonces,
  encryptionKeys,
  systemKeys,
  licences,
  requestReplies,
  blindIndexSecrets,
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
  didWallets,
  didUpdates,
  didUpdateSteps,
  ledgerAccounts,
  ledgerTransfers,
  ledgerEntries,
  ledgerHolds,
  ...Object.values(paymentTables),
  subscriptions,
  idempotencyKeys,
])

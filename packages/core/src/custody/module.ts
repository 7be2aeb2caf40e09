import type { CustodyServices } from './services.ts'
import { custodyErrors } from '../kernel/error-codes/custody.ts'
import { defineModule, type ModuleContext } from '../platform/module.ts'
import { type CustodyOptions, custodyApi } from './api/index.ts'
import { custodyEvents } from './events.ts'
import { recordIncomingTransfers } from './incoming-transfers/record-transfers.ts'
import { transferCursors } from './incoming-transfers/table.ts'
import { savedRequestData } from './saved-requests/personal-data.ts'
import { purgeSavedRequests } from './saved-requests/purge-requests.ts'
import { sealedSavedRequests } from './saved-requests/saved-request.ts'
import { savedRequests } from './saved-requests/table.ts'
import { sealedReplacements } from './transactions/fee-bumping/replacements.ts'
import { purgeTransactions } from './transactions/retention/purge-transactions.ts'
import { accountNonces, transactionReplacements, transactionReservations, transactions } from './transactions/tables.ts'
import { reconcileTransactions } from './transactions/tracking/reconcile.ts'
import { reencryptSeeds, reencryptWalletKeys } from './wallets/master-secret-rotation.ts'
import { custodyPersonalData } from './wallets/personal-data.ts'
import { seeds, wallets } from './wallets/tables.ts'

const custodyAuditActions = {
  'wallet.created': 'A wallet was created',
  'wallet.imported': 'A wallet was imported',
  'wallet.updated': 'The description, identifier or primary flag of a wallet was changed',
  'wallet.archived': 'A wallet was archived',
  'wallet.unarchived': 'An archived wallet was restored',
  'wallet.linked': 'A wallet was assigned to a user',
  'wallet.exported': 'The private key of a wallet was exported as a keystore',
  'wallet.signed': 'A wallet signed a message or typed data',
  'saved-request.created': 'A request to sign later was saved; the subject is the wallet',
  'saved-request.confirmed': 'A saved request was confirmed; the subject is the wallet',
  'saved-request.canceled': 'A saved request was canceled; the subject is the wallet',
  'transaction.signed': 'A wallet signed a transaction; the subject is the wallet',
  'transfer.received':
    'A wallet received coins or tokens, in a block that is final; the subject is the wallet and the actor `chain`',
  'transaction.resubmitted': 'A wallet signed a pending transaction again at a higher fee; the subject is the wallet',
  'transaction.canceled':
    'A wallet signed a replacement without effect of a pending transaction; the subject is the wallet',
  'transaction.fee-bumped': 'A transaction was rebroadcast with a higher fee; the subject is the wallet',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type CustodyAuditActions = typeof custodyAuditActions

declare module '../platform/audit/actions.ts' {
  interface ModuleAuditActions extends CustodyAuditActions {}
}

/** Dependencies of the custody module besides the services. */
export interface CustodyModuleContext extends ModuleContext {
  readonly services: CustodyServices
  readonly custody: CustodyOptions | undefined
  /** Face verification, for BIOMETRIC signing methods. */
  readonly sessions: NonNullable<Parameters<typeof custodyApi>[3]>
}

/** Wallets, signatures and transactions, and the custody API. */
export const custodyModule = defineModule({
  name: 'custody',
  tables: [
    wallets,
    seeds,
    transactions,
    transactionReplacements,
    transactionReservations,
    accountNonces,
    transferCursors,
    savedRequests,
  ],
  sealedColumns: [sealedReplacements, sealedSavedRequests],
  masterSecretColumns: [
    { table: wallets, column: 'sealedKey', reencrypt: reencryptWalletKeys },
    { table: seeds, column: 'sealedEntropy', reencrypt: reencryptSeeds },
  ],
  personalDataExceptions: {
    seeds: 'Key material: nothing to export. An erasure deletes it.',
  },
  replyPreconditions: [{ table: wallets, column: 'archivedAt' }],
  auditActions: custodyAuditActions,
  events: custodyEvents,
  errors: custodyErrors,
  serviceKeyScopes: {
    custody: 'The custody API: users, signing methods, wallets, signatures, transactions',
    'custody:all-users':
      'Reaches the users of all APIs, not only those of the custody API; the scope custody is needed too',
  },
  create: ({ services, tenant, custody, sessions }: CustodyModuleContext) => ({
    api: custodyApi(services, tenant, custody, sessions),
    personalData: [custodyPersonalData, savedRequestData],
    maintenanceSteps: [
      { name: 'reconcile transactions', stage: 'reconcile', run: () => reconcileTransactions(services) },
      { name: 'record incoming transfers', stage: 'reconcile', run: () => recordIncomingTransfers(services) },
      { name: 'delete old transactions', stage: 'reconcile', run: (_, report) => purgeTransactions(services, report) },
      { name: 'delete old saved requests', stage: 'expire', run: (_, report) => purgeSavedRequests(services, report) },
    ],
  }),
})

import { paymentErrors } from '../kernel/error-codes/payments.ts'
import { defineModule, type ModuleContext } from '../platform/module.ts'
import { type PaymentsOptions, paymentsHttpApi } from './api/index.ts'
import { credentialAttempts } from './credentials/attempt-table.ts'
import { sealedLockPins } from './credentials/lock-pin.ts'
import { pepperedPaymentCredentials } from './credentials/pepper-keys.ts'
import { paymentsLockout } from './credentials/unlock.ts'
import { paymentEvents } from './events.ts'
import { sealedGatewayDetails } from './gateway/gateway-details.ts'
import { ledgerAccounts, ledgerEntries, ledgerHolds, ledgerTransfers } from './ledger/tables.ts'
import { maintainPayments } from './maintenance.ts'
import { createPaymentsApi } from './payments-api.ts'
import { paymentsPersonalData } from './personal-data.ts'
import type { PaymentsContext } from './settings.ts'
import { subscriptions } from './subscriptions/tables.ts'
import * as paymentTables from './tables.ts'
import { sealedEvaultUsers } from './users/evault-users.ts'
import { sealedPaymentProfiles } from './users/profiles.ts'

const paymentAuditActions = {
  'payments.registered':
    'A user of the payments API registered; the subject is the user, as for all `payments` actions',
  'payments.logged-in': 'A user logged in with the password',
  'payments.password-changed': 'A password was changed',
  'payments.credential-rejected': 'A password or lock PIN was wrong or locked',
  'payments.pin-set': 'A lock PIN was set',
  'payments.m3-disclosed': 'The server share (M3) of a lock PIN was disclosed for a payment of its owner',
  'payments.profile-updated': 'A profile was updated',
  'payments.wallet-created': 'A payment wallet was created',
  'payments.grant-paid': 'An opening grant was paid to a wallet that existed already',
  'payments.evault-user-added': 'A user was added to an evault; the subject is the user id in the evault',
  'payments.evault-user-read': 'The host read an evault user; the subject is the user id in the evault',
  'payments.evault-user-erased': 'An evault user was erased; the subject is the user id in the evault',
  'payments.transaction-created': 'A deposit or withdrawal was created; the subject is its id',
  'payments.transaction-ended': 'A deposit or withdrawal ended; the subject is its id',
  'payment.created': 'A payment was created',
  'payment.claimed': 'A payment was claimed by an invited receiver',
  'payment.confirmed': 'A party confirmed a payment',
  'payment.completed': 'The last required party confirmed a payment, and the money was transferred',
  'payment.cancelled': 'A payment was cancelled, and its hold was released',
  'payment.expired': 'A payment expired, and its hold was released',
  'ledger.transferred': 'The host transferred money on the ledger',
  'ledger.held': 'The host placed a hold',
  'ledger.captured': 'The host captured a hold',
  'ledger.released': 'The host released a hold',
  'subscription.added': 'A subscription was added; the subject is the user',
  'subscription.renewed': 'A subscription was renewed; the subject is the user',
  'subscription.deactivated': 'A subscription was deactivated; the subject is the user',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type PaymentAuditActions = typeof paymentAuditActions

declare module '../platform/audit/actions.ts' {
  interface ModuleAuditActions extends PaymentAuditActions {}
}

/** Dependencies of the payments module besides the services. */
export interface PaymentsModuleContext extends ModuleContext {
  readonly payments: PaymentsContext
  readonly paymentOptions: PaymentsOptions
}

const bookkeeping = 'Bookkeeping by user id, without a name. The ledger must balance after an erasure.'
const credential = 'Hashes of credentials: nothing to export. An erasure deletes them.'

/** Payments, the ledger and subscriptions, and the payments API. */
export const paymentsModule = defineModule({
  name: 'payments',
  tables: [
    ledgerAccounts,
    ledgerTransfers,
    ledgerEntries,
    ledgerHolds,
    ...Object.values(paymentTables),
    credentialAttempts,
    subscriptions,
  ],
  sealedColumns: [sealedPaymentProfiles, sealedLockPins, sealedEvaultUsers, sealedGatewayDetails],
  pepperedValues: [pepperedPaymentCredentials],
  personalDataExceptions: {
    payment_credentials: credential,
    payment_api_keys: credential,
    ledger_accounts: 'Exported as balances. The ledger must balance after an erasure.',
    statement_lines: 'Exported as transactions. Bookkeeping by user id, without a name.',
    ledger_transfers: bookkeeping,
    ledger_holds: bookkeeping,
    payment_wallets: bookkeeping,
    grant_claims: 'Keyed hashes of contacts and devices, so that each gets one opening grant, also after an erasure.',
    payments: bookkeeping,
    known_counterparties: bookkeeping,
    reference_claims: 'Keyed hashes of references, so that none is executed twice, also after an erasure.',
  },
  replyPreconditions: [{ table: paymentTables.paymentCredentials, column: 'version' }],
  auditActions: paymentAuditActions,
  events: paymentEvents,
  errors: paymentErrors,
  serviceKeyScopes: {
    'payments:gateway': 'Confirms deposits and withdrawals',
    'payments:subscriptions': 'Reports subscription payments',
  },
  create: ({ tenant, host, payments, paymentOptions }: PaymentsModuleContext) => ({
    api: paymentsHttpApi(payments, tenant, paymentOptions),
    functions: createPaymentsApi(payments, host),
    personalData: [paymentsPersonalData],
    lockouts: [paymentsLockout],
    maintenanceSteps: [
      {
        name: 'refund expired payments, end expired deposits',
        stage: 'expire',
        run: (_, report) => maintainPayments(payments, report),
      },
    ],
  }),
})

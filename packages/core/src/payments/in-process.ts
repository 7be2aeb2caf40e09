import type { Actor } from '../audit/record.ts'
import { inProcessLedger, type Ledger } from '../ledger/index.ts'
import { audit, type AuditReport } from './audit.ts'
import { expirePayments } from './end-payment.ts'
import { takeInvitations } from './invitations.ts'
import type { Payments } from './settings.ts'

/** What the host calls of payments itself. */
export interface InProcessPayments {
  /** Adds everything up, and names what does not fit. It reads everything: for a nightly job, not for a request. */
  readonly audit: () => Promise<AuditReport>
  /** Refunds the payments that have expired, as `maintain()` does too; gives how many. */
  readonly expire: () => Promise<number>
  /**
   * Gives a user the payments that they were invited to. Call it once you have yourself verified, now, that both the email and
   * the phone of the user are theirs. Gives the ids of the payments.
   * @throws BillfoldError `user.unknown`
   */
  readonly takeInvitations: (userId: string, tenant?: string) => Promise<readonly string[]>
  /** The ledger underneath. */
  readonly ledger: Ledger
}

/** Payments for the host to call. */
export function inProcessPayments(payments: Payments, host: (tenant?: string) => Actor): InProcessPayments {
  return {
    audit: () => audit(payments.services),
    expire: () => expirePayments(payments),
    takeInvitations: (userId, tenant) => takeInvitations(payments, host(tenant), userId),
    ledger: inProcessLedger(payments.services, host),
  }
}

import type { Actor } from '../audit/record.ts'
import { inProcessLedger, type Ledger } from '../ledger/index.ts'
import { audit, type AuditReport } from './audit.ts'
import { expirePayments } from './end-payment.ts'
import { takeInvitations } from './invitations.ts'
import type { Payments } from './settings.ts'

/** The payments functions that a host calls directly, as `billfold.payments`. */
export interface InProcessPayments {
  /**
   * Checks that the ledger balances and matches the payments, deposits and withdrawals. Reads every row: run it as a
   * nightly job, not in a request.
   * @example
   * ```ts
   * const { findings } = await billfold.payments.checkConsistency()
   * if (findings.length > 0) alert('ledger inconsistent', findings)
   * ```
   */
  readonly audit: () => Promise<AuditReport>
  /**
   * Refunds the expired payments, as `maintain()` does too.
   * @returns the number of refunded payments
   */
  readonly expire: () => Promise<number>
  /**
   * Assigns to a user the payments that they were invited to. Call it right after you have verified that both the
   * email and the phone number belong to the user; Billfold does not verify them.
   * @returns the ids of the payments
   * @throws BillfoldError `user.not-found`, `contact.unverified` if the user has no email or no phone number
   */
  readonly takeInvitations: (userId: string, tenant?: string) => Promise<readonly string[]>
  /** The double-entry ledger beneath the payments. */
  readonly ledger: Ledger
}

/** Creates the payments functions that a host calls directly. */
export function inProcessPayments(payments: Payments, host: (tenant?: string) => Actor): InProcessPayments {
  return {
    audit: () => audit(payments.services),
    expire: () => expirePayments(payments),
    takeInvitations: (userId, tenant) => takeInvitations(payments, host(tenant), userId),
    ledger: inProcessLedger(payments.services, host),
  }
}

import type { Actor } from '../platform/audit/audit-write.ts'
import { createLedgerApi, type LedgerApi } from './ledger/index.ts'
import { checkPaymentsConsistency, type ConsistencyOptions, type ConsistencyReport } from './consistency/check.ts'
import { expirePayments } from './two-leg/end-payment.ts'
import { claimInvitations } from './two-leg/invitations.ts'
import type { PaymentsContext } from './settings.ts'
import { type EvaultUser, type EvaultUserSelector, eraseEvaultUser, findEvaultUser } from './users/evault-users.ts'

/** The payments functions that a host calls directly, as `billfold.payments`. */
export interface PaymentsApi {
  /**
   * Checks that the ledger balances and matches the payments, deposits and withdrawals. Reads every row, page by page: run it
   * as a nightly job, not in a request. An interrupted check continues at the last `position` that `onProgress` got.
   *
   * @throws BillfoldError `input.invalid` for a malformed `from`; the errors of the storage
   * @example
   * ```ts
   * import type { Billfold } from '@billfold/core'
   *
   * async function checkLedger(billfold: Billfold) {
   *   const { findings } = await billfold.payments.checkConsistency()
   *   if (findings.length > 0) console.error('ledger inconsistent', findings)
   * }
   * ```
   */
  readonly checkConsistency: (options?: ConsistencyOptions) => Promise<ConsistencyReport>
  /**
   * Refunds the expired payments, as `maintain()` does too.
   * @returns the number of refunded payments
   */
  readonly expirePayments: () => Promise<number>
  /**
   * Assigns to a user the payments that they were invited to. Call it after `users.contactVerified` for both the email
   * and the phone number. `verifycontact` does it by itself.
   * @returns the ids of the payments
   * @throws BillfoldError `user.not-found`, `contact.unverified` unless both are verified
   */
  readonly claimInvitations: (userId: string, tenant?: string) => Promise<readonly string[]>
  /**
   * The people whom `add_evault_user` has stored. They are not users of Billfold, so `users.export` and `users.erase` do not know them.
   * @example
   * ```ts
   * import type { Billfold } from '@billfold/core'
   *
   * async function answerRequestForErasure({ payments }: Billfold, email: string) {
   *   const person = await payments.evault.find({ email })
   *   if (person !== undefined) await payments.evault.erase({ id: person.id })
   *   return person?.fields
   * }
   * ```
   */
  readonly evault: EvaultApi
  /** The double-entry ledger beneath the payments. */
  readonly ledger: LedgerApi
}

/** Access to and erasure of evault users. */
export interface EvaultApi {
  /**
   * Finds an evault user with all fields, by id or by email address in any spelling (GDPR article 15). Each access is audited.
   * @throws BillfoldError `input.invalid` for a malformed email address
   */
  readonly find: (selector: EvaultUserSelector, tenant?: string) => Promise<EvaultUser | undefined>
  /**
   * Erases an evault user (GDPR article 17).
   * @throws BillfoldError `user.not-found`; `input.invalid` for a malformed email address
   */
  readonly erase: (selector: EvaultUserSelector, tenant?: string) => Promise<void>
}

/** Creates the payments functions that a host calls directly. */
export function createPaymentsApi(payments: PaymentsContext, host: (tenant?: string) => Actor): PaymentsApi {
  return {
    checkConsistency: (options) => checkPaymentsConsistency(payments.services, options),
    expirePayments: () => expirePayments(payments),
    claimInvitations: (userId, tenant) => claimInvitations(payments, host(tenant), userId),
    evault: {
      find: (selector, tenant) => findEvaultUser(payments.services, host(tenant), selector),
      erase: (selector, tenant) => eraseEvaultUser(payments.services, host(tenant), selector),
    },
    ledger: createLedgerApi(payments.services, host),
  }
}

import type { RateLimitRule } from '../platform/rate-limits/index.ts'
import type { Services } from '../platform/services.ts'
import {
  parseCurrency,
  type MoneyOptions,
  type MoneySettings,
  resolveMoneySettings,
  parseMinorUnits,
} from './money/money.ts'

/** Payment rules of a host. */
export interface PaymentRules extends MoneyOptions {
  /**
   * How the email and the phone number of a registration are verified. `code`: they are claims, which collide with
   * nobody and cannot be paid, until their owner enters the code that the notifier sends, or the host calls
   * `users.contactVerified`. `host`: they count as verified by the host, because only requests with contacts that it has
   * verified itself reach `register`. Then whoever registers them first owns them. Default: `code`.
   */
  readonly contactVerification?: 'code' | 'host'
  /**
   * Amount that a wallet gets once from the tenant's grant account, as a decimal string, or `off`. Only a user with a
   * verified email and a verified phone number gets it. It is money like any other: it can be sent and withdrawn.
   * Default: `off`.
   */
  readonly openingGrant?: string
  /** Maximum number of opening grants per tenant and day. Default: 1,000. */
  readonly maxGrantsPerDay?: number
  /** Maximum number of pending payments per sender. Default: 1. */
  readonly maxPendingPayments?: number
  /** Lifetime of a pending payment in seconds, after which it is refunded. Default: 86,400 (one day). */
  readonly paymentTtlSeconds?: number
  /**
   * Payments to a receiver who is not registered: `refuse` rejects them, `invite` holds the amount and invites the
   * receiver. Default: `refuse`.
   */
  readonly externalReceivers?: 'refuse' | 'invite'
  /** Invitation limit per sender. Default: 5 per day. */
  readonly invitationLimit?: RateLimitRule
  /**
   * True if taking money out of an account requires its owner's PIN: each payment and each withdrawal. An API key that
   * is older than 15 minutes then cannot set the first PIN without the password. Default: false.
   */
  readonly requirePin?: boolean
  /** Maximum number of pending deposits and withdrawals per user. Default: 20. */
  readonly maxPendingTransactions?: number
  /**
   * Lifetime of a pending deposit in seconds. `maintain()` then ends it as `EXPIRED`; a gateway can still report that the
   * money has arrived. Default: 86,400 (one day).
   */
  readonly depositTtlSeconds?: number
  /** Lifetime of an API key in seconds. Default: 30 days. */
  readonly apiKeyTtlSeconds?: number
}

/** The payment rules with defaults applied. */
export interface PaymentSettings {
  readonly money: MoneySettings
  readonly contactVerification: 'code' | 'host'
  /** In minor units of the wallets' currency; 0 for no grant. */
  readonly openingGrant: bigint
  readonly maxGrantsPerDay: number
  readonly maxPendingPayments: number
  readonly paymentTtlMs: number
  readonly externalReceivers: 'refuse' | 'invite'
  readonly invitationLimit: RateLimitRule
  readonly requirePin: boolean
  readonly maxPendingTransactions: number
  readonly depositTtlMs: number
  readonly apiKeyTtlMs: number
}

/** Dependencies of the payments functions. */
export interface PaymentsContext {
  readonly services: Services
  readonly settings: PaymentSettings
}

/**
 * Applies the defaults to the payment rules.
 * @throws RangeError, BillfoldError `amount.invalid` for an invalid rule
 */
export function resolvePaymentSettings(rules: PaymentRules = {}): PaymentSettings {
  const money = resolveMoneySettings(rules)
  const { openingGrant = 'off' } = rules
  return {
    money,
    contactVerification: rules.contactVerification ?? 'code',
    openingGrant: openingGrant === 'off' ? 0n : parseMinorUnits(money, parseCurrency(money, undefined), openingGrant),
    maxGrantsPerDay: positiveInteger('maxGrantsPerDay', rules.maxGrantsPerDay ?? 1000),
    maxPendingPayments: positiveInteger('maxPendingPayments', rules.maxPendingPayments ?? 1),
    paymentTtlMs: 1000 * positiveInteger('paymentTtlSeconds', rules.paymentTtlSeconds ?? 24 * 60 * 60),
    externalReceivers: rules.externalReceivers ?? 'refuse',
    invitationLimit: rules.invitationLimit ?? { limit: 5, windowSeconds: 24 * 60 * 60 },
    requirePin: rules.requirePin ?? false,
    maxPendingTransactions: positiveInteger('maxPendingTransactions', rules.maxPendingTransactions ?? 20),
    depositTtlMs: 1000 * positiveInteger('depositTtlSeconds', rules.depositTtlSeconds ?? 24 * 60 * 60),
    apiKeyTtlMs: 1000 * positiveInteger('apiKeyTtlSeconds', rules.apiKeyTtlSeconds ?? 30 * 24 * 60 * 60),
  }
}

function positiveInteger(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`payments.${name} must be a positive integer, got ${value}`)
  return value
}

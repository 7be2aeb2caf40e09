import type { RateLimitRule } from '../rate-limits/index.ts'
import type { Services } from '../services.ts'
import { currencyNamed, type MoneyOptions, type MoneySettings, moneySettings, parseAmount } from './money.ts'

/** Payment rules of a host. */
export interface PaymentRules extends MoneyOptions {
  /** Amount that a new wallet gets from the tenant's grant account, as a decimal string, or `off`. Default: `0.25`. */
  readonly openingGrant?: string
  /** Maximum number of opening grants per tenant and day. Default: 1,000. */
  readonly grantsPerDay?: number
  /** Maximum number of pending payments per sender. Default: 1. */
  readonly maxPendingPayments?: number
  /** Lifetime of a pending payment in seconds, after which it is refunded. Default: 86,400 (one day). */
  readonly paymentSeconds?: number
  /**
   * Payments to a receiver who is not registered: `refuse` rejects them, `invite` holds the amount and invites the
   * receiver. Default: `refuse`.
   */
  readonly externalReceivers?: 'refuse' | 'invite'
  /** Invitation limit per sender. Default: 5 per day. */
  readonly invitations?: RateLimitRule
  /** Whether each payment requires the sender's PIN. Default: false. */
  readonly requirePin?: boolean
  /** Lifetime of an API key in seconds. Default: 30 days. */
  readonly apiKeySeconds?: number
}

/** The payment rules with defaults applied. */
export interface PaymentSettings {
  readonly money: MoneySettings
  /** In minor units of the wallets' currency; 0 for no grant. */
  readonly openingGrant: bigint
  readonly grantsPerDay: number
  readonly maxPendingPayments: number
  readonly paymentMilliseconds: number
  readonly externalReceivers: 'refuse' | 'invite'
  readonly invitations: RateLimitRule
  readonly requirePin: boolean
  readonly apiKeyMilliseconds: number
}

/** Dependencies of the payments functions. */
export interface Payments {
  readonly services: Services
  readonly settings: PaymentSettings
}

/**
 * Applies the defaults to the payment rules.
 * @throws RangeError, BillfoldError `amount.invalid` for an invalid rule
 */
export function paymentSettings(rules: PaymentRules = {}): PaymentSettings {
  const money = moneySettings(rules)
  const { openingGrant = '0.25' } = rules
  return {
    money,
    openingGrant: openingGrant === 'off' ? 0n : parseAmount(money, currencyNamed(money, undefined), openingGrant),
    grantsPerDay: positiveInteger('grantsPerDay', rules.grantsPerDay ?? 1000),
    maxPendingPayments: positiveInteger('maxPendingPayments', rules.maxPendingPayments ?? 1),
    paymentMilliseconds: 1000 * positiveInteger('paymentSeconds', rules.paymentSeconds ?? 24 * 60 * 60),
    externalReceivers: rules.externalReceivers ?? 'refuse',
    invitations: rules.invitations ?? { most: 5, seconds: 24 * 60 * 60 },
    requirePin: rules.requirePin ?? false,
    apiKeyMilliseconds: 1000 * positiveInteger('apiKeySeconds', rules.apiKeySeconds ?? 30 * 24 * 60 * 60),
  }
}

function positiveInteger(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`payments.${name} must be a positive integer, got ${value}`)
  return value
}

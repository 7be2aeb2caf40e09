import type { RateLimitRule } from '../rate-limits/index.ts'
import type { Services } from '../services.ts'
import { currencyNamed, type MoneyOptions, type MoneySettings, moneySettings, parseAmount } from './money.ts'

/** What a host decides about payments. */
export interface PaymentRules extends MoneyOptions {
  /** What a new wallet holds, from the tenant's grant account, as a decimal string: `0.25`. `off` for nothing. */
  readonly openingGrant?: string
  /** How many opening grants a tenant gives in one day: 1,000. */
  readonly grantsPerDay?: number
  /** How many payments of one sender may be pending: 1. */
  readonly maxPendingPayments?: number
  /** Seconds until a payment that nobody completed goes back: 86,400. */
  readonly paymentSeconds?: number
  /** What becomes of a payment to somebody who is not registered: refused, unless they are to be invited. */
  readonly externalReceivers?: 'refuse' | 'invite'
  /** How many invitations one sender may send: 5 a day. */
  readonly invitations?: RateLimitRule
  /** Whether a sender must give the PIN with each payment: no. */
  readonly requirePin?: boolean
  /** Seconds that an api key is good for: 30 days. */
  readonly apiKeySeconds?: number
}

/** The rules, with what the host left open filled in. */
export interface PaymentSettings {
  readonly money: MoneySettings
  /** Minor units of the wallets' currency; 0 for none. */
  readonly openingGrant: bigint
  readonly grantsPerDay: number
  readonly maxPendingPayments: number
  readonly paymentMilliseconds: number
  readonly externalReceivers: 'refuse' | 'invite'
  readonly invitations: RateLimitRule
  readonly requirePin: boolean
  readonly apiKeyMilliseconds: number
}

/** What the functions of this part stand on. */
export interface Payments {
  readonly services: Services
  readonly settings: PaymentSettings
}

/** @throws RangeError, BillfoldError `amount.invalid` for rules that make no sense */
export function paymentSettings(rules: PaymentRules = {}): PaymentSettings {
  const money = moneySettings(rules)
  const { openingGrant = '0.25' } = rules
  return {
    money,
    openingGrant: openingGrant === 'off' ? 0n : parseAmount(money, currencyNamed(money, undefined), openingGrant),
    grantsPerDay: positive('grantsPerDay', rules.grantsPerDay ?? 1000),
    maxPendingPayments: positive('maxPendingPayments', rules.maxPendingPayments ?? 1),
    paymentMilliseconds: 1000 * positive('paymentSeconds', rules.paymentSeconds ?? 24 * 60 * 60),
    externalReceivers: rules.externalReceivers ?? 'refuse',
    invitations: rules.invitations ?? { most: 5, seconds: 24 * 60 * 60 },
    requirePin: rules.requirePin ?? false,
    apiKeyMilliseconds: 1000 * positive('apiKeySeconds', rules.apiKeySeconds ?? 30 * 24 * 60 * 60),
  }
}

function positive(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} is a whole number from 1`)
  return value
}

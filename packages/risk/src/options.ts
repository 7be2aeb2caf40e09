import type { PriceOf } from './policies/limits.ts'
import type { FindPlace } from './score/place.ts'
import { type Factor, shippedFactors } from './score/factors.ts'
import { mergeFactors } from './score/rate-risk.ts'

/** Options of the module. */
export interface RiskOptions {
  /** The decision about an act that no rule matches. Default: `allow`. */
  readonly default?: 'allow' | 'deny'
  /** The roles of a user, for rules whose subject is a role. Default: none. Asked for every act, so it should answer from memory. */
  readonly roles?: (user: {
    readonly tenant: string
    readonly userId: string
  }) => readonly string[] | Promise<readonly string[]>
  /** The price of an amount of an asset in minor units of one currency, for conditions on the asset `price`; undefined if unknown. */
  readonly priceOf?: PriceOf
  /**
   * Finds the country and coordinates of a source address (IPv4, or the /64 prefix of IPv6). Default: none, since Billfold ships no
   * database of addresses. Asked for every act of a user, so it should answer from memory; one that throws counts as unknown.
   */
  readonly geo?: FindPlace
  /** Factors of the score besides those of Billfold. One with the name of another replaces it. */
  readonly factors?: readonly Factor[]
  /**
   * How long ago a signing method must have been created or replaced to confirm a step-up, in seconds. Who has stolen a PIN can make
   * another method with it. Default: 86,400 (one day).
   */
  readonly minMethodAgeSeconds?: number
  /** Requests of one user that wait at once; further acts are denied. Default: 20. */
  readonly maxWaitingRequests?: number
}

/** The options with their defaults. */
export interface RiskSettings {
  readonly byDefault: 'allow' | 'deny'
  readonly roles: NonNullable<RiskOptions['roles']>
  readonly priceOf: PriceOf
  readonly geo: FindPlace | undefined
  readonly factors: readonly Factor[]
  readonly minMethodAgeMs: number
  readonly maxWaitingRequests: number
}

/** Applies the defaults. @throws RangeError that names the option */
export function resolveRiskOptions(options: RiskOptions = {}): RiskSettings {
  const { minMethodAgeSeconds = 24 * 60 * 60, maxWaitingRequests = 20 } = options
  assertInteger('minMethodAgeSeconds', minMethodAgeSeconds, 0)
  assertInteger('maxWaitingRequests', maxWaitingRequests, 1)
  return {
    byDefault: options.default ?? 'allow',
    roles: options.roles ?? (() => []),
    priceOf: options.priceOf ?? (() => undefined),
    geo: options.geo,
    factors: mergeFactors(shippedFactors, options.factors),
    minMethodAgeMs: minMethodAgeSeconds * 1000,
    maxWaitingRequests,
  }
}

function assertInteger(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new RangeError(`risk.${name} must be an integer of at least ${least}, got ${value}`)
}

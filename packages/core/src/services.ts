import type { ChainConnections } from './chain-clients/index.ts'
import type { Reseal } from './credentials/reseal.ts'
import type { TemporaryLock } from './credentials/lock-rule.ts'
import type { Keyring, SlowHash, TurnsByKey } from './crypto/index.ts'
import type { Logger } from './logger.ts'
import type { Lookups } from './lookups/lookups.ts'
import type { Notifier } from './outbox/notifier.ts'
import type { RateLimiter, RateLimitRule } from './rate-limits/index.ts'
import type { Storage } from './storage/index.ts'
import type { TokenIssuer } from './tokens/index.ts'
import type { TransactionRetention } from './transactions/retention/retention-rules.ts'

/** What the domain's functions stand on: everything that a host can plug in, and the clock. */
export interface Services {
  readonly storage: Storage
  readonly keyring: Keyring
  readonly slowHash: SlowHash
  readonly tokens: TokenIssuer
  readonly logger: Logger
  readonly limiter: RateLimiter
  /** Keyed hashes, by which sealed values are found. */
  readonly lookups: Lookups
  /** Whether acts are told of: see events/. */
  readonly keepsEvents: boolean
  /** Who takes the messages of the outbox, where the host has one. */
  readonly notifier?: Notifier | undefined
  /** How many wrong values of signing methods one caller may send from one address, over all users. */
  readonly wrongValues: RateLimitRule
  /** Whether methods rest after some wrong values in a row, before ten lock them for good. */
  readonly temporaryLock?: TemporaryLock | undefined
  /** Decisions about one owner take turns in a process, so that they clash with those of other processes only. */
  readonly ownerTurns: TurnsByKey
  /** What must be sealed anew when an owner's master secret is replaced. */
  readonly sealedUnderSecret: readonly Reseal[]
  /** The nodes of the chains, and whose turn it is to send. */
  readonly chainConnections: ChainConnections
  /** How long final transactions are kept. */
  readonly transactionRetention?: TransactionRetention | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** What it takes to send transactions and to keep track of them. */
export type ChainServices = Pick<Services, 'storage' | 'logger' | 'chainConnections' | 'now'> &
  Partial<Pick<Services, 'keepsEvents'>>

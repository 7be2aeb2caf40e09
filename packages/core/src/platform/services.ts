import type { Keyring, PasswordHasher, KeyedMutex } from '../kernel/crypto/index.ts'
import type { Logger } from '../kernel/logger.ts'
import type { ActServices } from './acts/authorize-act.ts'
import type { BlindIndex } from './blind-index/blind-index.ts'
import type { EventDefinitions } from './events/define-event.ts'
import type { Notifier } from './outbox/notifier.ts'
import type { RateLimiter, RateLimitRule } from './rate-limits/index.ts'
import type { TrackedStorage } from './idempotency/idempotent-request.ts'
import type { TokenIssuer } from './tokens/index.ts'

/** Dependencies of the domain functions: everything that a host can configure, and the clock. * A context that needs more extends this interface: `IdentityServices`, `CustodyServices`.
 */
export interface Services extends ActServices {
  /** The host's storage, wrapped: the first commit of a request with an idempotency key carries an additional write. */
  readonly storage: TrackedStorage
  readonly keyring: Keyring
  readonly passwordHasher: PasswordHasher
  readonly tokens: TokenIssuer
  readonly logger: Logger
  readonly rateLimiter: RateLimiter
  /** Keyed hashes that make sealed values searchable. */
  readonly blindIndex: BlindIndex
  /** False if the host has disabled events. */
  readonly eventsEnabled: boolean
  /** The event types of all modules. */
  readonly eventCatalogue: EventDefinitions
  /** Delivers outbox messages, if the host has configured one. */
  readonly notifier?: Notifier | undefined
  /** How many failed attempts at signing methods one caller may make from one address, over all users. */
  readonly failedAttemptLimit: RateLimitRule
  /** Serializes decisions about one owner within a process, so that conflicts occur only between processes. */
  readonly ownerMutex: KeyedMutex
  /** The clock, in epoch milliseconds. */
  readonly now: () => number
}

import type { ChainConnections } from '../custody/chain-clients/index.ts'
import type { LockoutRule } from '../identity/signing-methods/lockout.ts'
import type { Keyring, PasswordHasher, KeyedMutex } from '../kernel/crypto/index.ts'
import type { Logger } from '../kernel/logger.ts'
import type { BlindIndex } from './blind-index/blind-index.ts'
import type { EventDefinitions } from './events/define-event.ts'
import type { ReencryptOwnerRows } from './master-secret.ts'
import type { Notifier } from './outbox/notifier.ts'
import type { RateLimiter, RateLimitRule } from './rate-limits/index.ts'
import type { Storage } from '../kernel/storage/index.ts'
import type { TrackedStorage } from './idempotency/idempotent-request.ts'
import type { TokenIssuer } from './tokens/index.ts'
import type { TransactionRetention } from '../custody/transactions/retention/retention-rules.ts'

/** Dependencies of the domain functions: everything that a host can configure, and the clock. */
export interface Services {
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
  /** A temporary lockout after consecutive failures, before ten of them lock a method permanently. */
  readonly lockout?: LockoutRule | undefined
  /** Serializes decisions about one owner within a process, so that conflicts occur only between processes. */
  readonly ownerMutex: KeyedMutex
  /** Re-encrypts what is sealed under an owner's master secret when that secret is replaced. */
  readonly masterSecretRotationSteps: readonly ReencryptOwnerRows[]
  /** The nodes of the chains, with a lock per sending account. */
  readonly chainConnections: ChainConnections
  /** How long final transactions are retained. */
  readonly transactionRetention?: TransactionRetention | undefined
  /** The clock, in epoch milliseconds. */
  readonly now: () => number
}

/** Dependencies for broadcasting and tracking transactions. Registries of a host bring a storage of their own. */
export type ChainServices = Pick<Services, 'logger' | 'chainConnections' | 'now'> &
  Partial<Pick<Services, 'eventsEnabled' | 'eventCatalogue'>> & { readonly storage: Storage }

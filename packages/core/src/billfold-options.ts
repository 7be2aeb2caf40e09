import type { AuthenticationOptions } from './authentication/api/index.ts'
import type { CustodyOptions } from './custody/api/index.ts'
import type { OnboardingOptions } from './onboarding/api/index.ts'
import type { DidsOptions } from './dids/api/index.ts'
import type { PaymentsOptions } from './payments/api/index.ts'
import type { Keyring, PasswordHasher } from './kernel/crypto/index.ts'
import type { EventOptions } from './platform/events/options.ts'
import type { Logger } from './kernel/logger.ts'
import type { Notifier } from './platform/outbox/index.ts'
import type { RateLimiter, RateLimitRule } from './platform/rate-limits/index.ts'
import type { Storage } from './kernel/storage/index.ts'
import type { Telemetry } from './telemetry/types.ts'
import type { WebhookOptions } from './platform/webhooks/options.ts'
import type { AdditionalModule } from './additional-modules.ts'

/** Options for {@link createBillfold}. Only `storage` and `keyring` are required. */
export interface BillfoldOptions<Modules extends readonly AdditionalModule[] = readonly []> {
  readonly storage: Storage
  readonly keyring: Keyring
  /** The default tenant, 1 to 64 characters. Default: `default`. */
  readonly tenant?: string
  /** The issuer of tokens, usually the public URL. Default: `billfold`. */
  readonly issuer?: string
  /** Default: the first error of the process is written to standard error. To be silent, pass `silentLogger`. */
  readonly logger?: Logger
  /** The clock, in epoch milliseconds. Default: `Date.now`. */
  readonly now?: () => number
  /** Limits the concurrent password hashes of the process. Share one between several instances in a process. */
  readonly passwordHasher?: PasswordHasher
  /** Counts calls. Default: counters in the storage, shared by all processes. */
  readonly rateLimiter?: RateLimiter
  /**
   * How many failed attempts at signing methods one caller may make from one address, over all users. Further attempts
   * are rejected unchecked, so that trying one PIN on every user is not possible. Default: 300 in 600 seconds.
   */
  readonly failedAttemptLimit?: RateLimitRule
  /** Delivers messages to the host and its users, see {@link Billfold.deliver}. */
  readonly notifier?: Notifier
  /** Event options; `false` disables events. Without a handler or webhooks, events are deleted at the next delivery. */
  readonly events?: EventOptions | false
  /** Webhook options, see {@link Billfold.webhooks}. */
  readonly webhooks?: WebhookOptions
  /** An OpenTelemetry tracer and meter, both optional. */
  readonly telemetry?: Telemetry
  readonly custody?: CustodyOptions
  readonly onboarding?: OnboardingOptions
  readonly dids?: DidsOptions
  readonly payments?: PaymentsOptions
  readonly authentication?: AuthenticationOptions
  /**
   * Additional modules. Each becomes a property of the result, and takes part in migrations, key rotation, export and
   * erasure of personal data, and maintenance like Billfold's own. Default: none.
   */
  readonly modules?: Modules
}

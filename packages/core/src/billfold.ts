import { type CustodyOptions, custodyApi } from './apis/custody/index.ts'
import type { Actor } from './audit/record.ts'
import { assertTemporaryLock } from './credentials/temporary-lock.ts'
import { chainConnections } from './chain-clients/index.ts'
import { type Keyring, type SlowHash, slowHash, turnsByKey } from './crypto/index.ts'
import { type Api, type MountableApi, mountable, openApiRoute } from './http/index.ts'
import { type Logger, silentLogger } from './logger.ts'
import { storageLookups } from './lookups/index.ts'
import { type Delivered, deliverOutbox, type Notifier } from './outbox/index.ts'
import { type RateLimiter, type RateLimitRule, storageRateLimiter } from './rate-limits/index.ts'
import { createServiceKey, liveServiceKey, revokeServiceKey, type ServiceKeyInput } from './service-keys/keys.ts'
import type { Services } from './services.ts'
import type { Storage } from './storage/index.ts'
import { tokenIssuer } from './tokens/index.ts'
import { resealSeeds, resealWallets } from './wallets/reseal.ts'
import { type Health, health } from './operations/health.ts'
import { type Maintenance, maintain } from './operations/maintain.ts'

/** What a host plugs in and decides. Only the storage and the keyring have no default. */
export interface BillfoldOptions {
  readonly storage: Storage
  readonly keyring: Keyring
  /** The tenant of callers that bring none, 1 to 64 characters: `default`. */
  readonly tenant?: string
  /** Names the issuer in tokens: `billfold`. Usually the public URL. */
  readonly issuer?: string
  readonly logger?: Logger
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Bounds the slow hashes of the process; share one where there are several instances. */
  readonly slowHash?: SlowHash
  /** Counts in the storage by default, so that all processes count together. */
  readonly rateLimiter?: RateLimiter
  /**
   * How many wrong values of signing methods one caller may send from one address, over all users, before the rest is
   * refused unseen: 300 in 600 seconds, so that one PIN tried on every user gets nowhere.
   */
  readonly wrongValues?: RateLimitRule
  /** Takes the messages to the host and its people out, see {@link Billfold.deliver}. */
  readonly notifier?: Notifier
  readonly custody?: CustodyOptions
}

/** Billfold, ready to be mounted and to be called in-process. */
export interface Billfold {
  /** Service keys: what machines call the APIs with. */
  readonly serviceKeys: {
    /** Makes one; the secret is shown here only. */
    readonly create: (
      input: ServiceKeyInput & { readonly tenant?: string },
    ) => Promise<{ readonly keyId: string; readonly keySecret: string }>
    /** Whether there is one with this id that was not ended. */
    readonly has: (keyId: string) => Promise<boolean>
    /** Ends one at once. @throws BillfoldError `service-key.unknown` */
    readonly revoke: (keyId: string, tenant?: string) => Promise<void>
  }
  /** The custody API, for an adapter to mount. */
  readonly custody: MountableApi
  /** Whether the storage answers. Never rejects. */
  readonly health: () => Promise<Health>
  /** Hands the messages that are due to the host's `notifier`. {@link Billfold.maintain} does it too; whoever wants them sooner calls this more often. */
  readonly deliver: () => Promise<Delivered>
  /** Removes what is no longer needed, and sends transactions that a process or a node has left lying. Call it every few minutes, from any number of processes. */
  readonly maintain: () => Promise<Maintenance>
}

/** How many decisions about one owner wait in a process. */
const ownerQueue = 1000

/**
 * Puts Billfold together. It opens no socket and starts no timer; nothing happens until a request comes in or a function is called.
 *
 * @example
 * ```ts
 * const billfold = createBillfold({ storage: kyselyStorage(db, { dialect: 'sqlite' }), keyring: environmentKeyring() })
 * app.use('/custody', expressRouter(billfold.custody))
 * ```
 */
export function createBillfold(options: BillfoldOptions): Billfold {
  const { storage, keyring, tenant = 'default', logger = silentLogger, now = Date.now } = options
  if (options.custody?.temporaryLock !== undefined) assertTemporaryLock(options.custody.temporaryLock)
  const limiter = options.rateLimiter ?? storageRateLimiter(storage, now)
  const services: Services = {
    storage,
    keyring,
    slowHash: options.slowHash ?? slowHash({ queue: 256, perSource: 128 }),
    tokens: tokenIssuer({ keyring, issuer: options.issuer ?? 'billfold', now }),
    logger,
    limiter,
    lookups: storageLookups({ storage, keyring, now }),
    notifier: options.notifier,
    wrongValues: options.wrongValues ?? { most: 300, seconds: 600 },
    temporaryLock: options.custody?.temporaryLock,
    ownerTurns: turnsByKey(ownerQueue),
    sealedUnderSecret: [resealWallets, resealSeeds],
    chainConnections: chainConnections(options.custody?.chainClients, options.custody?.repricing),
    now,
  }
  const mounted = (api: Api): MountableApi =>
    mountable({ ...api, routes: [...api.routes, openApiRoute(api)] }, { logger, limiter })
  const host = (of: string = tenant): Actor => ({ tenant: of, id: 'host' })
  return {
    serviceKeys: {
      create: ({ tenant: of, ...input }) => createServiceKey(services, host(of), input),
      has: async (keyId) => (await liveServiceKey(services, keyId)) !== undefined,
      revoke: (keyId, of) => revokeServiceKey(services, host(of), keyId),
    },
    custody: mounted(custodyApi(services, tenant, options.custody)),
    health: () => health(services),
    deliver: () => deliverOutbox(services),
    maintain: () => maintain(services),
  }
}

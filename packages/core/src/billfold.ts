import { type AuthenticationOptions, authenticationHttpApi } from './authentication/api/index.ts'
import { facesData } from './identity/biometrics/personal-data.ts'
import { devicesData } from './identity/devices/personal-data.ts'
import { type AuthenticationApi, createAuthenticationApi } from './authentication/api/api.ts'
import { createSessionContext } from './authentication/api/face-options.ts'
import { createCustodyServices } from './custody/api/custody-services.ts'
import { type CustodyOptions, custodyApi } from './custody/api/index.ts'
import {
  onboardingHttpApi,
  type OnboardingApi,
  createOnboardingApi,
  type OnboardingOptions,
  toOnboardingSettings,
} from './onboarding/api/index.ts'
import { type DidsOptions, didsApi, toDidWalletSettings } from './dids/api/index.ts'
import { resolveAddressDid, registryDidKeyResolver } from './onboarding/wallet-login/index.ts'
import { type PaymentsOptions, paymentsHttpApi } from './payments/api/index.ts'
import { type AuditApi, createAuditApi } from './platform/audit/api.ts'
import type { Actor } from './platform/audit/audit-write.ts'
import { type Keyring, type PasswordHasher, createPasswordHasher, keyedMutex } from './kernel/crypto/index.ts'
import { type Api, type MountableApi, createMountableApi, openApiRoute } from './http/index.ts'
import { type EventDelivery, createEventDelivery } from './platform/events/deliver-events.ts'
import type { EventOptions } from './platform/events/options.ts'
import { didPersonalData } from './dids/did-wallets/personal-data.ts'
import { reencryptDidWalletKeys } from './dids/did-wallets/master-secret-rotation.ts'
import { type DidWalletSettings, collectChainClients } from './dids/did-wallets/settings.ts'
import { type KeyringApi, createKeyringApi } from './maintenance/keyring/api.ts'
import { type LicencesApi, createLicencesApi } from './identity/licences/api.ts'
import { idempotencyTrackingStorage, executeOnce } from './platform/idempotency/index.ts'
import { type Logger, silentLogger } from './kernel/logger.ts'
import { storageBlindIndex } from './platform/blind-index/index.ts'
import { type DeliveryCounts, deliverOutbox, type Notifier, outboxData } from './platform/outbox/index.ts'
import { type PaymentsApi, createPaymentsApi } from './payments/payments-api.ts'
import { maintainPayments } from './payments/maintenance.ts'
import { paymentsPersonalData } from './payments/personal-data.ts'
import { resolvePaymentSettings } from './payments/settings.ts'
import { type RateLimiter, type RateLimitRule, storageRateLimiter } from './platform/rate-limits/index.ts'
import { type ServiceKeysApi, createServiceKeysApi } from './identity/service-keys/api.ts'
import type { Services } from './platform/services.ts'
import type { Storage } from './kernel/storage/index.ts'
import { createInstrumentation as observerFor, type Instrumentation } from './telemetry/instrumentation.ts'
import type { Telemetry } from './telemetry/types.ts'
import { createTokenIssuer } from './platform/tokens/index.ts'
import { createVaultForHost, type CreateVaultOptions, type Vault } from './dids/vaults/api.ts'
import { destroyPendingThresholdKeys } from './dids/did-wallets/destroy-keys.ts'
import { reencryptVaultEntropy } from './dids/vaults/master-secret-rotation.ts'
import { reencryptSeeds, reencryptWalletKeys } from './custody/wallets/master-secret-rotation.ts'
import { awaitAll } from './kernel/concurrency/settle-all.ts'
import { type Health, checkHealth } from './platform/health.ts'
import { type MaintenanceResult, maintain } from './maintenance/maintain.ts'
import { onboardingPersonalData } from './onboarding/applications/personal-data.ts'
import { purgeUnusedFiles } from './onboarding/applications/purge-files.ts'
import { type UsersApi, createUsersApi } from './identity/users/api.ts'
import type { PersonalData } from './platform/personal-data.ts'
import { listWalletClaims } from './custody/wallets/wallet-claims.ts'
import { custodyPersonalData } from './custody/wallets/personal-data.ts'
import { createWebhooksApi, type WebhooksApi } from './platform/webhooks/api.ts'
import type { WebhookOptions } from './platform/webhooks/options.ts'

/** Options for {@link createBillfold}. Only `storage` and `keyring` are required. */
export interface BillfoldOptions {
  readonly storage: Storage
  readonly keyring: Keyring
  /** The default tenant, 1 to 64 characters. Default: `default`. */
  readonly tenant?: string
  /** The issuer of tokens, usually the public URL. Default: `billfold`. */
  readonly issuer?: string
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
}

/** A configured Billfold: HTTP APIs to mount, and functions to call in-process. */
export interface Billfold {
  /** Manages service keys, the API credentials of machine clients. */
  readonly serviceKeys: ServiceKeysApi
  /** Manages licences, the credentials of relying parties for the authentication API. */
  readonly licences: LicencesApi
  /** The authentication API, to be mounted with an adapter, and its functions for the host. */
  readonly authentication: MountableApi & AuthenticationApi
  /** The custody API, to be mounted with an adapter. */
  readonly custody: MountableApi
  /** The onboarding API, to be mounted with an adapter, and functions for applications and files. */
  readonly onboarding: MountableApi & OnboardingApi
  /** Manages users: export and erasure of personal data. */
  readonly users: UsersApi
  /** The DID API, to be mounted with an adapter. */
  readonly dids: MountableApi
  /** Vaults, from which DID wallets are derived. */
  readonly wallets: {
    /**
     * Creates a vault for the service, or for a user, whose signing method is then required.
     * @throws BillfoldError `input.invalid`, `vault.mpc-unavailable`, `user.not-found`, `user.limit-reached`,
     *   `signing-method.required`, `signing-method.invalid`, `signing-method.locked`
     */
    readonly createVault: (input: CreateVaultOptions) => Promise<Vault>
  }
  /** The payments API, to be mounted with an adapter, and the ledger. */
  readonly payments: MountableApi & PaymentsApi
  /** The audit log: search, hash chain checkpoints and verification. */
  readonly audit: AuditApi
  /** Maintains the keyring: key usage, and re-encryption under the current key. */
  readonly keys: KeyringApi
  /** Reports readiness: whether the storage responds. Never rejects. */
  readonly health: () => Promise<Health>
  /** Manages webhook endpoints. Requests are signed according to the Standard Webhooks specification. */
  readonly webhooks: WebhooksApi
  /**
   * Delivers due messages to the host's `notifier`, and events to the host's handler and the webhooks. {@link
   * Billfold.maintain} does this as well; call this more often for faster delivery. Calls may overlap, in any number of
   * processes.
   * @example
   * ```ts
   * import { setTimeout } from 'node:timers/promises'
   * import type { Billfold } from '@billfold/core'
   *
   * async function deliverEverySecond(billfold: Billfold) {
   *   for (;;) {
   *     await billfold.deliver()
   *     await setTimeout(1_000)
   *   }
   * }
   * ```
   */
  readonly deliver: () => Promise<DeliveryCounts>
  /**
   * Deletes expired data and reconciles pending transactions. Call it every few minutes, from any number of processes.
   * A failed step does not prevent the others, except if the storage is unavailable.
   * @throws the error of a step, once all steps have run; an AggregateError if several failed
   */
  readonly maintain: () => Promise<MaintenanceResult>
}

/** The maximum number of decisions that are queued for one owner in a process. */
const maxQueuedPerOwner = 1000

/**
 * Creates a Billfold. Opens no sockets and starts no timers: nothing runs until a request arrives or a function is
 * called.
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 * import { expressRouter } from '@billfold/express-adapter'
 * import express from 'express'
 *
 * const billfold = createBillfold({ storage: memoryStorage(), keyring: environmentKeyring() })
 * express().use('/custody', expressRouter(billfold.custody)).listen(3000)
 * ```
 */
export function createBillfold(hostOptions: BillfoldOptions): Billfold {
  const observer = observerFor(hostOptions.telemetry)
  const options = instrumentOptions(observer, hostOptions)
  const { tenant = 'default' } = options
  const settings = toDidWalletSettings(options.dids)
  const services = createServices(options, settings, observer)
  const { logger, rateLimiter, blindIndex, now } = services
  observer.backlog({ ...services, storage: hostOptions.storage })
  // Idempotency keys use the host's storage without tracking.
  const idempotency = { storage: options.storage, blindIndex, logger, now }
  const payments = { services, settings: resolvePaymentSettings(options.payments) }
  const mount = (api: Api): MountableApi =>
    observer.api(
      createMountableApi(
        { ...api, routes: [...api.routes, openApiRoute(api)] },
        { logger, rateLimiter, executeOnce: (call, execute) => executeOnce(idempotency, call, execute) },
      ),
    )
  const faces = createSessionContext(services, options.authentication, listWalletClaims)
  const host = (actingTenant: string = tenant): Actor => ({ tenant: actingTenant, id: 'host' })
  // Ownership of a DID on a network without a registry cannot be determined. This only matters if the host has
  // configured registries.
  const resolveWithoutRegistry = options.dids?.registries === undefined ? resolveAddressDid : async () => undefined
  const deliver = observer.deliver(createDelivery(services, options).deliver)
  const resolveDidKeys = registryDidKeyResolver(services, settings.registries, resolveWithoutRegistry)
  const onboarding = toOnboardingSettings({ resolveDidKeys, ...options.onboarding })
  return {
    serviceKeys: createServiceKeysApi(services, host),
    licences: createLicencesApi(services, host),
    authentication: {
      ...mount(authenticationHttpApi(services, tenant, options.authentication, faces)),
      ...createAuthenticationApi(faces, tenant),
    },
    custody: mount(custodyApi(services, tenant, options.custody, faces)),
    payments: {
      ...mount(
        paymentsHttpApi(payments, tenant, { curve: options.authentication?.curve ?? 'secp256k1', ...options.payments }),
      ),
      ...createPaymentsApi(payments, host),
    },
    onboarding: {
      ...mount(onboardingHttpApi(services, tenant, onboarding)),
      ...createOnboardingApi(services, host, onboarding),
    },
    users: createUsersApi(services, personalData(faces, onboarding), host),
    dids: mount(didsApi(services, settings, tenant, options.issuer ?? 'billfold', options.dids)),
    wallets: { createVault: (input) => createVaultForHost(services, settings, host(input.tenant), input) },
    audit: createAuditApi(services, host),
    keys: createKeyringApi(services, host),
    health: () => checkHealth(services),
    webhooks: createWebhooksApi(services, options.webhooks ?? {}, host),
    deliver,
    maintain: () => {
      const steps = [
        () => maintainPayments(payments),
        () => purgeUnusedFiles(services, onboarding.files),
        () => destroyPendingThresholdKeys(services, settings),
      ]
      return maintain(services, steps, deliver)
    },
  }
}

/** Creates the dependencies of the domain functions, with defaults for omitted options. */
function createServices(options: BillfoldOptions, settings: DidWalletSettings, observer: Instrumentation): Services {
  const { storage, keyring, logger = silentLogger, now = Date.now } = options
  const custody = createCustodyServices(options.custody, collectChainClients(settings))
  return {
    storage: idempotencyTrackingStorage(storage),
    keyring,
    passwordHasher: observer.passwordHasher(
      options.passwordHasher ?? createPasswordHasher({ queue: 256, perSource: 128 }),
    ),
    tokens: createTokenIssuer({ keyring, issuer: options.issuer ?? 'billfold', now }),
    logger,
    rateLimiter: options.rateLimiter ?? storageRateLimiter(storage, now),
    blindIndex: storageBlindIndex({ storage, keyring, now }),
    eventsEnabled: options.events !== false,
    notifier: options.notifier,
    failedAttemptLimit: options.failedAttemptLimit ?? { limit: 300, windowSeconds: 600 },
    ownerMutex: keyedMutex(maxQueuedPerOwner),
    masterSecretRotationSteps: [reencryptWalletKeys, reencryptSeeds, reencryptDidWalletKeys, reencryptVaultEntropy],
    ...custody,
    chainConnections: observer.chains(custody.chainConnections),
    now,
  }
}

/** Instruments the plugged-in parts of the options. Returns the same object without telemetry. */
function instrumentOptions(observer: Instrumentation, options: BillfoldOptions): BillfoldOptions {
  if (options.telemetry === undefined) return options
  const { storage, authentication } = options
  const verifier = authentication?.verifier
  return {
    ...options,
    storage: observer.storage(storage),
    ...(verifier !== undefined && { authentication: { ...authentication, verifier: observer.verifier(verifier) } }),
  }
}

/** Delivers messages and events concurrently. */
function createDelivery(services: Services, { events, webhooks = {} }: BillfoldOptions): EventDelivery {
  const eventDeliveries = createEventDelivery(
    services,
    events === undefined || events === false ? {} : events,
    webhooks,
  )
  const deliver = async (): Promise<DeliveryCounts> => {
    const counts = await awaitAll([deliverOutbox(services), eventDeliveries.deliver()])
    return counts.reduce((sum, { delivered, failed }) => {
      return { delivered: sum.delivered + delivered, failed: sum.failed + failed }
    })
  }
  return { deliver }
}

/** The personal data of all contexts, for export and erasure. */
function personalData(
  { faces }: ReturnType<typeof createSessionContext>,
  { files }: ReturnType<typeof toOnboardingSettings>,
): readonly PersonalData[] {
  return [
    facesData(faces.verifier),
    devicesData,
    custodyPersonalData,
    didPersonalData,
    paymentsPersonalData,
    outboxData,
    onboardingPersonalData(files),
  ]
}

import { type AuthenticationOptions, authenticationApi } from './apis/authentication/index.ts'
import { facesData } from './biometrics/personal-data.ts'
import { devicesData } from './devices/personal-data.ts'
import { type FaceFunctions, faceFunctions } from './apis/authentication/face-functions.ts'
import { sessionSetup } from './apis/authentication/face-options.ts'
import { custodyServices } from './apis/custody/custody-services.ts'
import { type CustodyOptions, custodyApi } from './apis/custody/index.ts'
import {
  onboardingApi,
  type OnboardingFunctions,
  onboardingFunctions,
  type OnboardingOptions,
  onboardingSettings,
} from './apis/onboarding/index.ts'
import { type DidsOptions, didsApi, settingsOf } from './apis/dids/index.ts'
import { addressDids, registryDids } from './wallet-login/index.ts'
import { type PaymentsOptions, paymentsApi } from './apis/payments/index.ts'
import { type InProcessAudit, inProcessAudit } from './audit/in-process.ts'
import type { Actor } from './audit/record.ts'
import { type Keyring, type SlowHash, slowHash, turnsByKey } from './crypto/index.ts'
import { type Api, type MountableApi, mountable, openApiRoute } from './http/index.ts'
import { type EventDelivery, eventDelivery } from './events/deliver.ts'
import type { EventOptions } from './events/options.ts'
import { didData } from './identities/personal-data.ts'
import { resealIdentities } from './identities/reseal.ts'
import { type IdentitySettings, registryClients } from './identities/settings.ts'
import { type InProcessKeys, inProcessKeys } from './keys/in-process.ts'
import { type InProcessLicences, inProcessLicences } from './licences/in-process.ts'
import { markingStorage, once } from './idempotency/index.ts'
import { type Logger, silentLogger } from './logger.ts'
import { storageLookups } from './lookups/index.ts'
import { type Delivered, deliverOutbox, type Notifier, outboxData } from './outbox/index.ts'
import { type InProcessPayments, inProcessPayments } from './payments/in-process.ts'
import { maintainPayments } from './payments/maintain.ts'
import { paymentsData } from './payments/personal-data.ts'
import { paymentSettings } from './payments/settings.ts'
import { type RateLimiter, type RateLimitRule, storageRateLimiter } from './rate-limits/index.ts'
import { type InProcessServiceKeys, inProcessServiceKeys } from './service-keys/in-process.ts'
import type { Services } from './services.ts'
import type { Storage } from './storage/index.ts'
import { observer as observerFor, type Observer } from './telemetry/observe.ts'
import type { Telemetry } from './telemetry/types.ts'
import { tokenIssuer } from './tokens/index.ts'
import { makeVault, type NewVault, type Vault } from './vaults/in-process.ts'
import { destroyLeftKeys } from './identities/destroy-keys.ts'
import { resealVaults } from './vaults/reseal.ts'
import { resealSeeds, resealWallets } from './wallets/reseal.ts'
import { allEnded } from './operations/each-step.ts'
import { type Health, health } from './operations/health.ts'
import { type Maintenance, maintain } from './operations/maintain.ts'
import { onboardingData } from './onboarding/personal-data.ts'
import { sweepFiles } from './onboarding/sweep-files.ts'
import { type InProcessUsers, inProcessUsers } from './users/in-process.ts'
import type { PersonalData } from './users/personal-data.ts'
import { custodyData } from './wallets/personal-data.ts'
import { inProcessWebhooks, type Webhooks } from './webhooks/in-process.ts'
import type { WebhookOptions } from './webhooks/options.ts'

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
  readonly slowHash?: SlowHash
  /** Counts calls. Default: counters in the storage, shared by all processes. */
  readonly rateLimiter?: RateLimiter
  /**
   * How many failed attempts at signing methods one caller may make from one address, over all users. Further attempts
   * are rejected unchecked, so that trying one PIN on every user is not possible. Default: 300 in 600 seconds.
   */
  readonly wrongValues?: RateLimitRule
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
  readonly serviceKeys: InProcessServiceKeys
  /** Manages licences, the credentials of relying parties for the authentication API. */
  readonly licences: InProcessLicences
  /** The authentication API, to be mounted with an adapter, and its functions for the host. */
  readonly authentication: MountableApi & FaceFunctions
  /** The custody API, to be mounted with an adapter. */
  readonly custody: MountableApi
  /** The onboarding API, to be mounted with an adapter, and functions for applications and files. */
  readonly onboarding: MountableApi & OnboardingFunctions
  /** Manages users: export and erasure of personal data. */
  readonly users: InProcessUsers
  /** The DID API, to be mounted with an adapter. */
  readonly dids: MountableApi
  /** Vaults, from which DID wallets are derived. */
  readonly wallets: {
    /**
     * Creates a vault for the service, or for a user, whose signing method is then required.
     * @throws BillfoldError `input.invalid`, `vault.mpc-unavailable`, `user.not-found`, `user.limit-reached`,
     *   `signing-method.required`, `signing-method.invalid`, `signing-method.locked`
     */
    readonly createVault: (input: NewVault) => Promise<Vault>
  }
  /** The payments API, to be mounted with an adapter, and the ledger. */
  readonly payments: MountableApi & InProcessPayments
  /** The audit log: search, hash chain checkpoints and verification. */
  readonly audit: InProcessAudit
  /** Maintains the keyring: key usage, and re-encryption under the current key. */
  readonly keys: InProcessKeys
  /** Reports readiness: whether the storage responds. Never rejects. */
  readonly health: () => Promise<Health>
  /** Manages webhook endpoints. Requests are signed according to the Standard Webhooks specification. */
  readonly webhooks: Webhooks
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
  readonly deliver: () => Promise<Delivered>
  /**
   * Deletes expired data and reconciles pending transactions. Call it every few minutes, from any number of processes.
   * A failed step does not prevent the others, except if the storage is unavailable.
   * @throws the error of a step, once all steps have run; an AggregateError if several failed
   */
  readonly maintain: () => Promise<Maintenance>
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
  const settings = settingsOf(options.dids)
  const services = createServices(options, settings, observer)
  const { logger, limiter, lookups, now } = services
  observer.backlog({ ...services, storage: hostOptions.storage })
  // Idempotency keys use the host's storage without tracking.
  const idempotency = { storage: options.storage, lookups, logger, now }
  const payments = { services, settings: paymentSettings(options.payments) }
  const mount = (api: Api): MountableApi =>
    observer.api(
      mountable(
        { ...api, routes: [...api.routes, openApiRoute(api)] },
        { logger, limiter, once: (call, execute) => once(idempotency, call, execute) },
      ),
    )
  const faces = sessionSetup(services, options.authentication)
  const host = (actingTenant: string = tenant): Actor => ({ tenant: actingTenant, id: 'host' })
  // Ownership of a DID on a network without a registry cannot be determined. This only matters if the host has
  // configured registries.
  const resolveWithoutRegistry = options.dids?.registries === undefined ? addressDids : async () => undefined
  const deliver = observer.deliver(createDelivery(services, options).deliver)
  const resolveDid = registryDids(services, settings.registries, resolveWithoutRegistry)
  const onboarding = onboardingSettings({ resolveDid, ...options.onboarding })
  return {
    serviceKeys: inProcessServiceKeys(services, host),
    licences: inProcessLicences(services, host),
    authentication: {
      ...mount(authenticationApi(services, tenant, options.authentication, faces)),
      ...faceFunctions(faces, tenant),
    },
    custody: mount(custodyApi(services, tenant, options.custody, faces)),
    payments: {
      ...mount(
        paymentsApi(payments, tenant, { curve: options.authentication?.curve ?? 'secp256k1', ...options.payments }),
      ),
      ...inProcessPayments(payments, host),
    },
    onboarding: {
      ...mount(onboardingApi(services, tenant, onboarding)),
      ...onboardingFunctions(services, host, onboarding),
    },
    users: inProcessUsers(services, personalData(faces, onboarding), host),
    dids: mount(didsApi(services, settings, tenant, options.issuer ?? 'billfold', options.dids)),
    wallets: { createVault: (input) => makeVault(services, settings, host(input.tenant), input) },
    audit: inProcessAudit(services, host),
    keys: inProcessKeys(services, host),
    health: () => health(services),
    webhooks: inProcessWebhooks(services, options.webhooks ?? {}, host),
    deliver,
    maintain: () => {
      const steps = [
        () => maintainPayments(payments),
        () => sweepFiles(services, onboarding.files),
        () => destroyLeftKeys(services, settings),
      ]
      return maintain(services, steps, deliver)
    },
  }
}

/** Creates the dependencies of the domain functions, with defaults for omitted options. */
function createServices(options: BillfoldOptions, settings: IdentitySettings, observer: Observer): Services {
  const { storage, keyring, logger = silentLogger, now = Date.now } = options
  const custody = custodyServices(options.custody, registryClients(settings))
  return {
    storage: markingStorage(storage),
    keyring,
    slowHash: observer.slowHash(options.slowHash ?? slowHash({ queue: 256, perSource: 128 })),
    tokens: tokenIssuer({ keyring, issuer: options.issuer ?? 'billfold', now }),
    logger,
    limiter: options.rateLimiter ?? storageRateLimiter(storage, now),
    lookups: storageLookups({ storage, keyring, now }),
    keepsEvents: options.events !== false,
    notifier: options.notifier,
    wrongValues: options.wrongValues ?? { most: 300, seconds: 600 },
    ownerTurns: turnsByKey(maxQueuedPerOwner),
    sealedUnderSecret: [resealWallets, resealSeeds, resealIdentities, resealVaults],
    ...custody,
    chainConnections: observer.chains(custody.chainConnections),
    now,
  }
}

/** Instruments the plugged-in parts of the options. Returns the same object without telemetry. */
function instrumentOptions(observer: Observer, options: BillfoldOptions): BillfoldOptions {
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
  const eventDeliveries = eventDelivery(services, events === undefined || events === false ? {} : events, webhooks)
  const deliver = async (): Promise<Delivered> => {
    const counts = await allEnded([deliverOutbox(services), eventDeliveries.deliver()])
    return counts.reduce((sum, { delivered, failed }) => {
      return { delivered: sum.delivered + delivered, failed: sum.failed + failed }
    })
  }
  return { deliver }
}

/** The personal data of all contexts, for export and erasure. */
function personalData(
  { faces }: ReturnType<typeof sessionSetup>,
  { files }: ReturnType<typeof onboardingSettings>,
): readonly PersonalData[] {
  return [facesData(faces.verifier), devicesData, custodyData, didData, paymentsData, outboxData, onboardingData(files)]
}

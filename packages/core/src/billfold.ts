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
  /** What to do with events; false keeps none. Without a handler and without webhooks they are dropped when they are next delivered. */
  readonly events?: EventOptions | false
  /** How webhooks are sent, see {@link Billfold.webhooks}. */
  readonly webhooks?: WebhookOptions
  /** Where spans and metrics go: a tracer and a meter of OpenTelemetry, or either. */
  readonly telemetry?: Telemetry
  readonly custody?: CustodyOptions
  readonly onboarding?: OnboardingOptions
  readonly dids?: DidsOptions
  readonly payments?: PaymentsOptions
  readonly authentication?: AuthenticationOptions
}

/** Billfold, ready to be mounted and to be called in-process. */
export interface Billfold {
  /** Service keys: what machines call the APIs with. */
  readonly serviceKeys: InProcessServiceKeys
  /** Licences: what relying parties call the authentication API with. */
  readonly licences: InProcessLicences
  /** The authentication API, for an adapter to mount, and what a host calls beside it. */
  readonly authentication: MountableApi & FaceFunctions
  /** The custody API, for an adapter to mount. */
  readonly custody: MountableApi
  /** The onboarding API, for an adapter to mount, and what the host does with applications and files in-process. */
  readonly onboarding: MountableApi & OnboardingFunctions
  /** People: what is known of them, and how it is forgotten. */
  readonly users: InProcessUsers
  /** The DID API, for an adapter to mount. */
  readonly dids: MountableApi
  /** What DID wallets come from. */
  readonly wallets: {
    /**
     * Makes a vault: of the service, or of a user, whose signing method must come along.
     * @throws BillfoldError `input.invalid`, `vault.mpc-unavailable`, `user.unknown`, `user.full`, `signing-method.required`,
     *   `signing-method.invalid`, `signing-method.locked`
     */
    readonly createVault: (input: NewVault) => Promise<Vault>
  }
  /** The payments API, for an adapter to mount, and the ledger underneath. */
  readonly payments: MountableApi & InProcessPayments
  /** What was done, by whom, when: searched, sealed into a chain of hashes, verified. */
  readonly audit: InProcessAudit
  /** The keys of the keyring: what they seal, and how everything gets under the newest one. */
  readonly keys: InProcessKeys
  /** Whether the storage answers. Never rejects. */
  readonly health: () => Promise<Health>
  /** Endpoints that events are sent to, signed by the Standard Webhooks specification. */
  readonly webhooks: Webhooks
  /**
   * Hands the messages that are due to the host's `notifier`, and the events to its handler and to the webhooks. {@link Billfold.maintain}
   * does it too; whoever wants them sooner calls this more often, from any number of processes. Calls may overlap.
   */
  readonly deliver: () => Promise<Delivered>
  /**
   * Removes what is no longer needed, and sends transactions that a process or a node has left lying. Call it every few minutes, from any
   * number of processes. A step that fails holds up no other, unless the storage cannot be reached.
   * @throws what a step threw, once all steps were taken; an AggregateError where several did
   */
  readonly maintain: () => Promise<Maintenance>
}

/** How many decisions about one owner wait in a process. */
const ownerQueue = 1000

/**
 * Puts Billfold together. It opens no socket and starts no timer; nothing happens until a request comes in or a function is called.
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
export function createBillfold(given: BillfoldOptions): Billfold {
  const observer = observerFor(given.telemetry)
  const options = observed(observer, given)
  const { tenant = 'default' } = options
  const settings = settingsOf(options.dids)
  const services = servicesOf(options, settings, observer)
  const { logger, limiter, lookups, now } = services
  observer.backlog({ ...services, storage: given.storage })
  // What keeps the keys marks nothing, and so stands on the storage as the host gave it.
  const keys = { storage: options.storage, lookups, logger, now }
  const payments = { services, settings: paymentSettings(options.payments) }
  const mounted = (api: Api): MountableApi =>
    observer.api(
      mountable(
        { ...api, routes: [...api.routes, openApiRoute(api)] },
        { logger, limiter, once: (call, act) => once(keys, call, act) },
      ),
    )
  const faces = sessionSetup(services, options.authentication)
  const host = (of: string = tenant): Actor => ({ tenant: of, id: 'host' })
  // Nobody can say whom a DID of a network without a registry belongs to now. A host that has named none has not asked.
  const elsewhere = options.dids?.registries === undefined ? addressDids : async () => undefined
  const deliver = observer.deliver(deliveries(services, options).deliver)
  const resolveDid = registryDids(services, settings.registries, elsewhere)
  const onboarding = onboardingSettings({ resolveDid, ...options.onboarding })
  return {
    serviceKeys: inProcessServiceKeys(services, host),
    licences: inProcessLicences(services, host),
    authentication: {
      ...mounted(authenticationApi(services, tenant, options.authentication, faces)),
      ...faceFunctions(faces, tenant),
    },
    custody: mounted(custodyApi(services, tenant, options.custody, faces)),
    payments: {
      ...mounted(
        paymentsApi(payments, tenant, { curve: options.authentication?.curve ?? 'secp256k1', ...options.payments }),
      ),
      ...inProcessPayments(payments, host),
    },
    onboarding: {
      ...mounted(onboardingApi(services, tenant, onboarding)),
      ...onboardingFunctions(services, host, onboarding),
    },
    users: inProcessUsers(services, personalData(faces, onboarding), host),
    dids: mounted(didsApi(services, settings, tenant, options.issuer ?? 'billfold', options.dids)),
    wallets: { createVault: (input) => makeVault(services, settings, host(input.tenant), input) },
    audit: inProcessAudit(services, host),
    keys: inProcessKeys(services, host),
    health: () => health(services),
    webhooks: inProcessWebhooks(services, options.webhooks ?? {}, host),
    deliver,
    maintain: () => {
      const further = [
        () => maintainPayments(payments),
        () => sweepFiles(services, onboarding.files),
        () => destroyLeftKeys(services, settings),
      ]
      return maintain(services, further, deliver)
    },
  }
}

/** What the domain stands on, with a default for whatever the host leaves open. */
function servicesOf(options: BillfoldOptions, settings: IdentitySettings, observer: Observer): Services {
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
    ownerTurns: turnsByKey(ownerQueue),
    sealedUnderSecret: [resealWallets, resealSeeds, resealIdentities, resealVaults],
    ...custody,
    chainConnections: observer.chains(custody.chainConnections),
    now,
  }
}

/** The same options, with what they plug in to be seen; the very same without telemetry. */
function observed(observer: Observer, options: BillfoldOptions): BillfoldOptions {
  if (options.telemetry === undefined) return options
  const { storage, authentication } = options
  const verifier = authentication?.verifier
  return {
    ...options,
    storage: observer.storage(storage),
    ...(verifier !== undefined && { authentication: { ...authentication, verifier: observer.verifier(verifier) } }),
  }
}

/** Messages and events, delivered side by side. */
function deliveries(services: Services, { events, webhooks = {} }: BillfoldOptions): EventDelivery {
  const ofEvents = eventDelivery(services, events === undefined || events === false ? {} : events, webhooks)
  const deliver = async (): Promise<Delivered> => {
    const done = await allEnded([deliverOutbox(services), ofEvents.deliver()])
    return done.reduce((sum, { delivered, failed }) => {
      return { delivered: sum.delivered + delivered, failed: sum.failed + failed }
    })
  }
  return { deliver }
}

/** What is known of a person, by who knows it. */
function personalData(
  { faces }: ReturnType<typeof sessionSetup>,
  { files }: ReturnType<typeof onboardingSettings>,
): readonly PersonalData[] {
  return [facesData(faces.verifier), devicesData, custodyData, didData, paymentsData, outboxData, onboardingData(files)]
}

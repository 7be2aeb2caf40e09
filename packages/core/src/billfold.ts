import type { CustodyServices } from './custody/services.ts'
import type { AuthenticationOptions } from './authentication/api/index.ts'
import type { AuthenticationApi } from './authentication/api/api.ts'
import { createSessionContext } from './authentication/api/face-options.ts'
import { builtInModules } from './built-in-modules.ts'
import { createCustodyServices } from './custody/api/custody-services.ts'
import type { CustodyOptions } from './custody/api/index.ts'
import type { EvidenceSource } from './onboarding/presentations/evidence-source.ts'
import {
  type OnboardingApi,
  type OnboardingOptions,
  type OnboardingRoutes,
  toOnboardingSettings,
  walletGuard,
} from './onboarding/api/index.ts'
import { type DidsOptions, toDidWalletSettings } from './dids/api/index.ts'
import { contractSignatureVerifier } from './custody/wallets/contract-signature.ts'
import { documentDidKeyResolver } from './onboarding/wallet-login/document-did-keys.ts'
import { createControlsDid, registryDidKeyResolver, resolveAddressDid } from './onboarding/wallet-login/index.ts'
import type { PaymentsOptions } from './payments/api/index.ts'
import type { ActAuthorizer } from './platform/acts/authorize-act.ts'
import type { AuditApi } from './platform/audit/api.ts'
import type { Actor } from './platform/audit/audit-write.ts'
import {
  assertDistinctApis,
  type ComposedDeclarations,
  composeDeclarations,
  createParts,
  orderMaintenanceSteps,
} from './platform/compose-modules.ts'
import { type Keyring, type PasswordHasher, createPasswordHasher, keyedMutex } from './kernel/crypto/index.ts'
import type { ErrorTable } from './kernel/errors.ts'
import { type Api, type MountableApi, createMountableApi, openApiRoute } from './http/index.ts'
import { type EventDelivery, createEventDelivery } from './platform/events/deliver-events.ts'
import type { EventDefinitions } from './platform/events/define-event.ts'
import type { EventOptions } from './platform/events/options.ts'
import { type DidWalletSettings, collectChainClients } from './dids/did-wallets/settings.ts'
import type { KeyringApi } from './maintenance/keyring/api.ts'
import type { LicencesApi } from './identity/licences/api.ts'
import { idempotencyTrackingStorage, executeOnce } from './platform/idempotency/index.ts'
import { defaultLogger, type Logger } from './kernel/logger.ts'
import { withSerializedErrors } from './kernel/serialize-error.ts'
import type { AuditActions } from './platform/audit/actions.ts'
import { storageBlindIndex } from './platform/blind-index/index.ts'
import type { Module, ModuleParts } from './platform/module.ts'
import { type DeliveryCounts, deliverOutbox, type Notifier } from './platform/outbox/index.ts'
import type { PaymentsApi } from './payments/payments-api.ts'
import { resolvePaymentSettings } from './payments/settings.ts'
import { type RateLimiter, type RateLimitRule, storageRateLimiter } from './platform/rate-limits/index.ts'
import type { ServiceKeysApi } from './identity/service-keys/api.ts'
import type { Storage, Table } from './kernel/storage/index.ts'
import { createInstrumentation, type Instrumentation } from './telemetry/instrumentation.ts'
import type { Telemetry } from './telemetry/types.ts'
import { createTokenIssuer } from './platform/tokens/index.ts'
import type { CreateVaultOptions, Vault } from './dids/vaults/api.ts'
import { awaitAll } from './kernel/concurrency/settle-all.ts'
import { type Health, checkHealth } from './platform/health.ts'
import { type MaintenanceOptions, type MaintenanceResult, maintain } from './maintenance/maintain.ts'
import { type UsersApi, createUsersApi } from './identity/users/api.ts'
import { listWalletClaims } from './custody/wallets/wallet-claims.ts'
import type { WebhooksApi } from './platform/webhooks/api.ts'
import type { WebhookOptions } from './platform/webhooks/options.ts'

/** A module that a host adds to Billfold, see `defineModule` of `@billfold/core/modules`. */
export type AdditionalModule = Module<
  string,
  ModuleParts & {
    readonly api?: Api
    readonly apis?: Readonly<Record<string, Api>>
    /** Verifies credentials that applicants present. At most one module has it. */
    readonly evidenceSource?: EvidenceSource
    readonly onboardingRoutes?: OnboardingRoutes
  }
>

/** The part of {@link Billfold} that a module adds: its functions and, if it has APIs, what an adapter mounts. */
export type ModuleResult<Parts> = (Parts extends { readonly functions: infer Functions } ? Functions : unknown) &
  (Parts extends { readonly api: Api } ? MountableApi : unknown) &
  (Parts extends { readonly apis: infer Apis } ? { readonly [K in keyof Apis]: MountableApi } : unknown)

/** The results of modules, by the name of the module. */
export type ModuleResults<Modules extends readonly AdditionalModule[]> = {
  readonly [M in Modules[number] as M['name']]: ModuleResult<ReturnType<M['create']>>
}

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
   * A failed step does not prevent the others, except if the storage is unavailable. What an interrupted run has deleted stays deleted,
   * and the next run continues with the rest.
   * @example
   * ```ts
   * import type { Billfold } from '@billfold/core'
   *
   * async function maintain(billfold: Billfold) {
   *   const { durationMs } = await billfold.maintain({
   *     onProgress: ({ step, rows, done, total }) => console.log(`${done} of ${total}: ${step}, ${rows} rows`),
   *   })
   *   return durationMs
   * }
   * ```
   * @throws the error of a step, once all steps have run; an AggregateError if several failed
   */
  readonly maintain: (options?: MaintenanceOptions) => Promise<MaintenanceResult>
  /** The tables of all modules. */
  readonly tables: readonly Table[]
  /** The error codes of all modules, with their HTTP statuses and messages. */
  readonly errorTable: ErrorTable
  /** The audit actions of all modules, with their descriptions. */
  readonly auditActions: AuditActions
  /** The scopes that service keys can have for the APIs of all modules, with their descriptions. `*` grants all of them. */
  readonly serviceKeyScopes: Readonly<Record<string, string>>
  /** The event types of all modules. */
  readonly eventCatalogue: EventDefinitions
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
 *
 * @throws Error that names both if two modules have the same name, or declare the same table, error code, audit action,
 *   event, signing method, session factor or route id
 * @throws RangeError, Error if an option is out of range; the message names it
 */
export function createBillfold<const Modules extends readonly AdditionalModule[] = readonly []>(
  hostOptions: BillfoldOptions<Modules>,
): Billfold & ModuleResults<Modules>
export function createBillfold(hostOptions: BillfoldOptions<readonly AdditionalModule[]>): Billfold {
  const observer = createInstrumentation(hostOptions.telemetry)
  const options = instrumentOptions(observer, hostOptions)
  const additionalModules = options.modules ?? []
  const declared = composeDeclarations([...builtInModules, ...additionalModules])
  const didWallets = toDidWalletSettings(options.dids)
  // Filled below: the modules that authorize acts are created with the services.
  const actAuthorizers: ActAuthorizer[] = []
  const services = createServices(options, didWallets, declared, observer, actAuthorizers)
  observer.backlog({ ...services, storage: hostOptions.storage })
  const { tenant = 'default' } = options
  const context = { services, tenant, host: (acting: string = tenant): Actor => ({ tenant: acting, id: 'host' }) }
  const deliver = observer.deliver(createDelivery(services, options).deliver)
  const resolved = resolveOptions(options, services, didWallets)
  // Filled below, like the modules that authorize acts.
  let evidenceSource: EvidenceSource | undefined
  const parts = createParts(builtInModules, {
    ...context,
    ...resolved,
    evidenceSource: () => evidenceSource,
    deliver,
    sealedColumns: declared.sealedColumns,
  })
  const additionalParts: Readonly<Record<string, AdditionalParts>> = createParts(additionalModules, context)
  const allParts: Readonly<Record<string, ModuleParts>> = { ...parts, ...additionalParts }
  assertDistinctApis(allParts)
  evidenceSource = findEvidenceSource(additionalParts)
  for (const { authorizeAct } of Object.values(allParts))
    if (authorizeAct !== undefined) actAuthorizers.push(authorizeAct)
  const steps = orderMaintenanceSteps(Object.values(allParts))
  const personalData = Object.values(allParts).flatMap((part) => part.personalData ?? [])
  const lockouts = Object.values(allParts).flatMap((part) => part.lockouts ?? [])
  const mount = createMount(options, services, declared, observer)
  const applicants = { wallet: walletGuard(services, tenant, resolved.onboarding.allowedOrigins) }
  const added = Object.values(additionalParts).flatMap(({ onboardingRoutes }) => onboardingRoutes?.(applicants) ?? [])
  const onboarding: Api = { ...parts.onboarding.api, routes: [...parts.onboarding.api.routes, ...added] }
  const billfold: Billfold = {
    serviceKeys: parts.serviceKeys.functions,
    licences: parts.licences.functions,
    authentication: { ...mount(parts.authentication.api), ...parts.authentication.functions },
    custody: mount(parts.custody.api),
    payments: { ...mount(parts.payments.api), ...parts.payments.functions },
    onboarding: { ...mount(onboarding), ...parts.onboarding.functions },
    users: createUsersApi(services, personalData, context.host, lockouts, resolved.sessions.controlsDid),
    dids: mount(parts.dids.api),
    wallets: parts.dids.functions,
    audit: parts.audit.functions,
    keys: parts.keys.functions,
    health: () => checkHealth(services),
    webhooks: parts.webhooks.functions,
    deliver,
    maintain: (options) => maintain(services, steps, options),
    tables: declared.tables,
    errorTable: declared.errors,
    auditActions: declared.auditActions,
    serviceKeyScopes: declared.serviceKeyScopes,
    eventCatalogue: declared.events,
  }
  return addModules(billfold, additionalParts, mount)
}

/** @throws Error that names the modules if two of them verify credentials */
function findEvidenceSource(parts: Readonly<Record<string, AdditionalParts>>): EvidenceSource | undefined {
  const sources = Object.entries(parts).filter(([, part]) => part.evidenceSource !== undefined)
  if (sources.length > 1)
    throw new Error(`Modules ${sources.map(([name]) => name).join(' and ')} both verify credentials`)
  return sources[0]?.[1].evidenceSource
}

type AdditionalParts = ReturnType<AdditionalModule['create']>

/** Adds the functions and the mounted APIs of each module as a property. @throws Error if the name is taken by Billfold */
function addModules(
  billfold: Billfold,
  modules: Readonly<Record<string, AdditionalParts>>,
  mount: (api: Api) => MountableApi,
): Billfold {
  const added = Object.entries(modules).map(([name, { api, apis = {}, functions = {} }]) => {
    if (Object.hasOwn(billfold, name))
      throw new Error(
        `The name of the module ${JSON.stringify(name)} is taken by the property of Billfold with that name`,
      )
    const faces = Object.entries(apis).map(([face, one]) => [face, { ...mount(one), ...functionsOf(functions, face) }])
    return [name, { ...(api !== undefined && mount(api)), ...functions, ...Object.fromEntries(faces) }] as const
  })
  return { ...billfold, ...Object.fromEntries(added) }
}

/** The functions that stand beside one of several APIs of a module. */
function functionsOf(functions: object, face: string): object {
  const found: unknown = Object.entries(functions).find(([name]) => name === face)?.[1]
  return typeof found === 'object' && found !== null ? found : {}
}

/** Returns the function that makes an API mountable, and adds its OpenAPI document. */
function createMount(
  { storage }: Pick<BillfoldOptions, 'storage'>,
  { logger, rateLimiter, blindIndex, now }: CustodyServices,
  { replyPreconditions }: Pick<ComposedDeclarations, 'replyPreconditions'>,
  observer: Instrumentation,
): (api: Api) => MountableApi {
  // Idempotency keys use the host's storage without tracking.
  const idempotency = { storage, blindIndex, logger, now, replyPreconditions }
  const pipeline: Parameters<typeof createMountableApi>[1] = {
    logger,
    rateLimiter,
    executeOnce: (call, execute) => executeOnce(idempotency, call, execute),
  }
  return (api) => {
    const routes = api.servesOpenApi === false ? api.routes : [...api.routes, openApiRoute(api)]
    return observer.api(createMountableApi({ ...api, routes }, pipeline))
  }
}

/** Resolves the options of Billfold's own modules to what they run on. */
function resolveOptions(
  options: BillfoldOptions<readonly AdditionalModule[]>,
  services: CustodyServices,
  didWallets: DidWalletSettings,
) {
  const { authentication, custody, dids, payments, webhooks = {}, issuer = 'billfold' } = options
  // Ownership of a DID on a network without a registry cannot be determined. This only matters if the host has
  // configured registries.
  const resolveWithoutRegistry = dids?.registries === undefined ? resolveAddressDid : async () => undefined
  const resolveDidKeys = registryDidKeyResolver(
    services,
    didWallets.registries,
    resolveWithoutRegistry,
    options.onboarding?.didResolver && documentDidKeyResolver(options.onboarding.didResolver),
  )
  const verifyContractSignature = contractSignatureVerifier(services)
  const onboarding = toOnboardingSettings({ resolveDidKeys, verifyContractSignature, ...options.onboarding })
  const controlsDid = createControlsDid(services, onboarding.login.resolveDidKeys ?? resolveDidKeys)
  const sessions = createSessionContext(services, authentication, listWalletClaims, controlsDid)
  return {
    authentication,
    custody,
    dids,
    webhooks,
    issuer,
    didWallets,
    sessions,
    faces: sessions.faces,
    onboarding,
    payments: { services, settings: resolvePaymentSettings(payments) },
    paymentOptions: { curve: authentication?.curve ?? 'secp256k1', ...payments },
  } as const
}

/** Creates the dependencies of the domain functions, with defaults for omitted options. */
function createServices(
  options: BillfoldOptions<readonly AdditionalModule[]>,
  didWallets: DidWalletSettings,
  declared: ComposedDeclarations,
  observer: Instrumentation,
  actAuthorizers: readonly ActAuthorizer[],
): CustodyServices {
  const { storage, keyring, logger = defaultLogger, now = Date.now } = options
  const custody = createCustodyServices(options.custody, collectChainClients(didWallets))
  return {
    storage: idempotencyTrackingStorage(storage, declared.replyPreconditions),
    keyring,
    passwordHasher: observer.passwordHasher(options.passwordHasher ?? createPasswordHasher()),
    tokens: createTokenIssuer({ keyring, issuer: options.issuer ?? 'billfold', now }),
    logger: withSerializedErrors(logger),
    rateLimiter: options.rateLimiter ?? storageRateLimiter(storage, now),
    blindIndex: storageBlindIndex({ storage, keyring, now }),
    eventsEnabled: options.events !== false,
    eventCatalogue: declared.events,
    notifier: options.notifier,
    failedAttemptLimit: options.failedAttemptLimit ?? { limit: 300, windowSeconds: 600 },
    ownerMutex: keyedMutex(maxQueuedPerOwner),
    masterSecretRotationSteps: declared.masterSecretRotationSteps,
    actAuthorizers,
    signingMethodKinds: declared.signingMethodKinds,
    sessionFactors: declared.sessionFactors,
    ...custody,
    chainConnections: observer.chains(custody.chainConnections),
    now,
  }
}

/** Instruments the plugged-in parts of the options. Returns the same object without telemetry. */
function instrumentOptions(
  observer: Instrumentation,
  options: BillfoldOptions<readonly AdditionalModule[]>,
): BillfoldOptions<readonly AdditionalModule[]> {
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
function createDelivery(
  services: CustodyServices,
  { events, webhooks = {} }: Pick<BillfoldOptions, 'events' | 'webhooks'>,
): EventDelivery {
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

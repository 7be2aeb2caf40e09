import type { AuthenticationApi } from './authentication/api/api.ts'
import { builtInModules } from './built-in-modules.ts'
import type { EvidenceSource } from './onboarding/presentations/evidence-source.ts'
import { type OnboardingApi, walletGuard } from './onboarding/api/index.ts'
import { toDidWalletSettings } from './dids/api/index.ts'
import type { ActAuthorizer } from './platform/acts/authorize-act.ts'
import type { AuditApi } from './platform/audit/api.ts'
import type { Actor } from './platform/audit/audit-write.ts'
import {
  assertDistinctApis,
  composeDeclarations,
  createParts,
  orderMaintenanceSteps,
} from './platform/compose-modules.ts'
import type { ErrorTable } from './kernel/errors.ts'
import type { Api, MountableApi } from './http/index.ts'
import type { EventDefinitions } from './platform/events/define-event.ts'
import type { KeyringApi } from './maintenance/keyring/api.ts'
import type { LicencesApi } from './identity/licences/api.ts'
import type { AuditActions } from './platform/audit/actions.ts'
import type { ModuleParts } from './platform/module.ts'
import type { DeliveryCounts } from './platform/outbox/index.ts'
import type { PaymentsApi } from './payments/payments-api.ts'
import type { ServiceKeysApi } from './identity/service-keys/api.ts'
import type { Table } from './kernel/storage/index.ts'
import { createInstrumentation } from './telemetry/instrumentation.ts'
import type { CreateVaultOptions, Vault } from './dids/vaults/api.ts'
import { type Health, checkHealth } from './platform/health.ts'
import { type MaintenanceOptions, type MaintenanceResult, maintain } from './maintenance/maintain.ts'
import { type UsersApi, createUsersApi } from './identity/users/api.ts'
import type { WebhooksApi } from './platform/webhooks/api.ts'
import {
  type AdditionalModule,
  type ModuleResults,
  type AdditionalParts,
  addModules,
  findEvidenceSource,
} from './additional-modules.ts'
import type { BillfoldOptions } from './billfold-options.ts'
import { createServices } from './create-services.ts'
import { instrumentOptions, resolveOptions } from './resolve-options.ts'
import { createDelivery } from './create-delivery.ts'
import { createMount } from './create-mount.ts'

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
    pepperedValues: declared.pepperedValues,
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
    maintain: (run) => maintain(services, steps, run),
    tables: declared.tables,
    errorTable: declared.errors,
    auditActions: declared.auditActions,
    serviceKeyScopes: declared.serviceKeyScopes,
    eventCatalogue: declared.events,
  }
  return addModules(billfold, additionalParts, mount)
}

import type { ErrorTable } from '../kernel/error-codes/error-table.ts'
import type { SealedColumn } from '../kernel/storage/sealed-column.ts'
import type { ReportRows, Table } from '../kernel/storage/index.ts'
import type { AuditActions } from './audit/actions.ts'
import type { ActAuthorizer } from './acts/authorize-act.ts'
import type { Actor } from './audit/audit-write.ts'
import type { EventDefinitions } from './events/define-event.ts'
import type { ReplyPrecondition } from './idempotency/reply-preconditions.ts'
import type { ReencryptOwnerRows } from './master-secret.ts'
import type { Lockout } from './lockout.ts'
import type { PepperedValues } from './peppered-values.ts'
import type { PersonalData } from './personal-data.ts'
import type { Services } from './services.ts'
import type { SessionFactor } from './session-factor.ts'
import type { SigningMethodKind } from './signing-method-kind.ts'

/** A column that is sealed under the master secret of its owner, and how it is re-encrypted when that secret is replaced. */
export interface MasterSecretColumn {
  readonly table: Table
  readonly column: string
  readonly reencrypt: ReencryptOwnerRows
}

/**
 * When a maintenance step runs. `expire` ends and deletes what has expired, `checkpoint` extends the hash chain of the
 * audit log, `reconcile` compares with other systems, `deliver` delivers messages and events, `cleanup` deletes what
 * could not be delivered.
 */
export const maintenanceStages = ['expire', 'checkpoint', 'reconcile', 'deliver', 'cleanup'] as const

/** A stage of {@link maintenanceStages}. */
export type MaintenanceStage = (typeof maintenanceStages)[number]

/** Periodic work of a module, run by `billfold.maintain()`. Must be safe to run in several processes at once. */
export interface MaintenanceStep {
  /** For readers: `delete expired sessions`. */
  readonly name: string
  readonly stage: MaintenanceStage
  /**
   * @param startedAt the start of the maintenance run, in epoch milliseconds
   * @param report called and awaited by a step that has many rows, with the number of rows since its last call. A step that deletes
   *   rows passes it to `deleteInBatches`.
   */
  readonly run: (startedAt: number, report: ReportRows) => Promise<unknown>
}

/** The HTTP API of a module, as far as the composition reads it. Its full type is `Api` of `@billfold/core/http`. */
export interface ModuleApi {
  readonly name: string
  readonly routes: readonly { readonly id: string; readonly method: string; readonly path: string }[]
}

/** The services of the Billfold that a module is part of. */
export interface ModuleContext {
  readonly services: Services
  /** The host's default tenant. */
  readonly tenant: string
  /** Returns the actor of calls by the host, for audit records. Uses the default tenant if none is given. */
  readonly host: (tenant?: string) => Actor
}

/** The running parts of a module. All of them are optional. */
export interface ModuleParts {
  /** Personal data: exported by `billfold.users.export`, and erased in the commit of `billfold.users.erase`. */
  readonly personalData?: readonly PersonalData[]
  /** Counters of failed attempts that `billfold.users.unlock` resets. */
  readonly lockouts?: readonly Lockout[]
  /** Decides about every act that signs, moves money, exports a key or logs a user in. One denial denies the act. */
  readonly authorizeAct?: ActAuthorizer
  /** Run by `billfold.maintain()`, by stage, and within a stage in the order of modules and steps. */
  readonly maintenanceSteps?: readonly MaintenanceStep[]
  /** The HTTP API. A host mounts it like those of Billfold: `expressRouter(billfold.loyalty)`. */
  readonly api?: ModuleApi
  /**
   * Further HTTP APIs, for a module with several faces: each becomes a property of `billfold.<name>` beside the functions of the
   * same name, and is mounted by itself: `expressRouter(billfold.credentials.verifier)`.
   */
  readonly apis?: Readonly<Record<string, ModuleApi>>
  /**
   * Routes that the module adds to the onboarding API, for applicants. It receives the guard that admits them: `guards.wallet`. The full
   * type is `OnboardingRoutes`.
   */
  readonly onboardingRoutes?: (guards: never) => ModuleApi['routes']
  /** The functions that a host calls, as properties of `billfold.<name>`. */
  readonly functions?: object
}

/** The declarations of a module, as data: available without a storage, a keyring or options. */
export interface ModuleDeclaration {
  /** The name of the module, unique in a Billfold. Additional modules become a property of this name: `billfold.loyalty`. */
  readonly name: string
  /** The tables; empty if there are none. They are created by the migrations that create those of Billfold. */
  readonly tables: readonly Table[]
  /** The columns that the keyring seals. `billfold.keys.reencrypt` re-encrypts them, and `billfold.keys.usage` counts them. */
  readonly sealedColumns?: readonly SealedColumn[]
  /** The columns that are sealed under a user's master secret. They are re-encrypted in the commit that replaces it. */
  readonly masterSecretColumns?: readonly MasterSecretColumn[]
  /** Columns named `sealed…` that neither of the two lists contains, each with the reason: `table.column`. */
  readonly sealingExceptions?: Readonly<Record<string, string>>
  /** Values that only a secret of their owner brings under another key of the keyring. `billfold.keys.usage` counts them. */
  readonly pepperedValues?: readonly PepperedValues[]
  /** Tables with a column that names a user and without export and erasure, each with the reason. */
  readonly personalDataExceptions?: Readonly<Record<string, string>>
  /** Credentials and what they are used for: a stored reply is given only while they are as the request left them. */
  readonly replyPreconditions?: readonly ReplyPrecondition[]
  /** The audit actions, with their descriptions. */
  readonly auditActions?: AuditActions
  /** The event types. Webhooks can subscribe to them like to those of Billfold. */
  readonly events?: EventDefinitions
  /** The error codes. */
  readonly errors?: ErrorTable
  /** The scopes that a service key can have for the API of the module, with their descriptions: `loyalty`, `loyalty:grants`. */
  readonly serviceKeyScopes?: Readonly<Record<string, string>>
  /** Kinds of signing method: types of the custody API whose value is the secret of an authenticator. */
  readonly signingMethodKinds?: readonly SigningMethodKind[]
  /** Factors of authentication sessions, beside the face and the PIN. */
  readonly sessionFactors?: readonly SessionFactor[]
}

/**
 * A capability as one value: what it declares, and the function that creates its running parts. `createBillfold`
 * composes Billfold's own modules and those in its option `modules`.
 *
 * @example
 * ```ts
 * import { defineTable, integer, text } from '@billfold/core/storage'
 * import { defineModule } from '@billfold/core/modules'
 *
 * const visits = defineTable({ name: 'visits', columns: { day: text(10), count: integer() }, key: ['day'] })
 * export const visitCounter = defineModule({
 *   name: 'visitCounter',
 *   tables: [visits],
 *   create: ({ services }) => ({ functions: { list: () => services.storage.find(visits) } }),
 * })
 * ```
 */
export interface Module<
  Name extends string = string,
  Parts extends ModuleParts = ModuleParts,
  Context extends ModuleContext = ModuleContext,
> extends ModuleDeclaration {
  readonly name: Name
  /** Creates the running parts, once per `createBillfold`. */
  readonly create: (context: Context) => Parts
}

/**
 * Defines a module. Returns its argument; the name and the parts are inferred, so that `billfold.<name>` is typed.
 *
 * @param module the declarations of the module, and the function that creates its parts
 */
export function defineModule<
  const Name extends string,
  Parts extends ModuleParts,
  Context extends ModuleContext = ModuleContext,
>(module: Module<Name, Parts, Context>): Module<Name, Parts, Context> {
  return module
}

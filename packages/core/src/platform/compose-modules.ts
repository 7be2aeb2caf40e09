import type { ErrorTable } from '../kernel/error-codes/error-table.ts'
import type { SealedColumn } from '../kernel/storage/sealed-column.ts'
import type { Table } from '../kernel/storage/index.ts'
import type { AuditActions } from './audit/actions.ts'
import type { EventDefinitions } from './events/define-event.ts'
import type { ReplyPrecondition } from './idempotency/reply-preconditions.ts'
import type { ReencryptOwnerRows } from './master-secret.ts'
import type { PepperedValues } from './peppered-values.ts'
import type { SessionFactor } from './session-factor.ts'
import type { SigningMethodKind } from './signing-method-kind.ts'
import {
  type MaintenanceStep,
  type Module,
  type ModuleApi,
  type ModuleDeclaration,
  type ModuleParts,
  maintenanceStages,
} from './module.ts'

/** The combined declarations of several modules. */
export interface ComposedDeclarations {
  readonly tables: readonly Table[]
  readonly sealedColumns: readonly SealedColumn[]
  readonly pepperedValues: readonly PepperedValues[]
  readonly masterSecretRotationSteps: readonly ReencryptOwnerRows[]
  readonly replyPreconditions: readonly ReplyPrecondition[]
  readonly auditActions: AuditActions
  readonly events: EventDefinitions
  readonly errors: ErrorTable
  /** Scopes of service keys, with their descriptions. */
  readonly serviceKeyScopes: Readonly<Record<string, string>>
  /** By type. */
  readonly signingMethodKinds: ReadonlyMap<string, SigningMethodKind>
  /** By name. */
  readonly sessionFactors: ReadonlyMap<string, SessionFactor>
}

/**
 * Combines the declarations of modules.
 * @throws Error that names both modules if they have the same name, or declare the same table, audit action, event or
 *   error code
 */
export function composeDeclarations(modules: readonly ModuleDeclaration[]): ComposedDeclarations {
  assertDistinct('name', modules, ({ name }) => [name])
  assertDistinct('table', modules, ({ tables }) => tables.map(({ name }) => name))
  assertDistinct('audit action', modules, ({ auditActions = {} }) => Object.keys(auditActions))
  assertDistinct('event', modules, ({ events = {} }) => Object.keys(events))
  assertDistinct('error code', modules, ({ errors = {} }) => Object.keys(errors))
  assertDistinct('service key scope', modules, ({ serviceKeyScopes = {} }) => Object.keys(serviceKeyScopes))
  assertDistinct('signing method', modules, ({ signingMethodKinds = [] }) => signingMethodKinds.map(({ type }) => type))
  assertDistinct('kind of peppered values', modules, ({ pepperedValues = [] }) =>
    pepperedValues.map(({ name }) => name),
  )
  assertDistinct('session factor', modules, ({ sessionFactors = [] }) => sessionFactors.map(({ name }) => name))
  return {
    tables: Object.freeze(modules.flatMap(({ tables }) => tables)),
    sealedColumns: modules.flatMap(({ sealedColumns = [] }) => sealedColumns),
    pepperedValues: modules.flatMap(({ pepperedValues = [] }) => pepperedValues),
    masterSecretRotationSteps: modules.flatMap(({ masterSecretColumns = [] }) =>
      masterSecretColumns.map(({ reencrypt }) => reencrypt),
    ),
    replyPreconditions: modules.flatMap(({ replyPreconditions = [] }) => replyPreconditions),
    auditActions: Object.fromEntries(modules.flatMap(({ auditActions = {} }) => Object.entries(auditActions))),
    events: Object.fromEntries(modules.flatMap(({ events = {} }) => Object.entries(events))),
    errors: Object.fromEntries(modules.flatMap(({ errors = {} }) => Object.entries(errors))),
    serviceKeyScopes: Object.fromEntries(
      modules.flatMap(({ serviceKeyScopes = {} }) => Object.entries(serviceKeyScopes)),
    ),
    signingMethodKinds: new Map(
      modules.flatMap(({ signingMethodKinds = [] }) => signingMethodKinds.map((kind) => [kind.type, kind] as const)),
    ),
    sessionFactors: new Map(
      modules.flatMap(({ sessionFactors = [] }) => sessionFactors.map((factor) => [factor.name, factor] as const)),
    ),
  }
}

/** The parts of modules, by the name of the module. */
export type PartsByName<Modules extends readonly Module<string, ModuleParts, never>[]> = {
  readonly [M in Modules[number] as M['name']]: ReturnType<M['create']>
}

/** The intersection of the contexts that these modules need. */
export type ContextOf<Modules extends readonly Module<string, ModuleParts, never>[]> =
  Modules[number]['create'] extends (context: infer Context) => ModuleParts ? Context : never

/** Creates the parts of modules. */
export function createParts<const Modules extends readonly Module<string, ModuleParts, never>[]>(
  modules: Modules,
  context: ContextOf<Modules>,
): PartsByName<Modules>
export function createParts(
  modules: readonly { readonly name: string; readonly create: (context: unknown) => ModuleParts }[],
  context: unknown,
): Readonly<Record<string, ModuleParts>> {
  return Object.fromEntries(modules.map(({ name, create }) => [name, create(context)]))
}

/**
 * Checks the APIs of modules.
 * @throws Error that names both modules if two APIs have the same name, or both routes if one API has two with one id
 */
export function assertDistinctApis(parts: Readonly<Record<string, ModuleParts>>): void {
  const owners = Object.entries(parts).map(([name, { api, apis = {} }]) => {
    return { name, apis: [...(api === undefined ? [] : [api]), ...Object.values(apis)] }
  })
  assertDistinct('API', owners, ({ apis }) => apis.map((api) => api.name))
  for (const { name, apis } of owners) for (const { routes } of apis) assertDistinctRoutes(name, routes)
}

function assertDistinctRoutes(module: string, routes: ModuleApi['routes']): void {
  const seen = new Map<string, string>()
  for (const { id, method, path } of routes) {
    const before = seen.get(id)
    if (before !== undefined)
      throw new Error(`Module ${module}: ${before} and ${method} ${path} have the same route id: ${id}`)
    seen.set(id, `${method} ${path}`)
  }
}

/** The maintenance steps of modules in the order in which they run. */
export function orderMaintenanceSteps(parts: readonly ModuleParts[]): readonly MaintenanceStep[] {
  const steps = parts.flatMap(({ maintenanceSteps = [] }) => maintenanceSteps)
  return maintenanceStages.flatMap((stage) => steps.filter((step) => step.stage === stage))
}

function assertDistinct<M extends { readonly name: string }>(
  kind: string,
  modules: readonly M[],
  list: (module: M) => readonly string[],
): void {
  const declaredBy = new Map<string, string>()
  for (const module of modules)
    for (const name of list(module)) {
      const first = declaredBy.get(name)
      if (first !== undefined)
        throw new Error(`Modules ${first} and ${module.name} both declare the ${kind} ${JSON.stringify(name)}`)
      declaredBy.set(name, module.name)
    }
}

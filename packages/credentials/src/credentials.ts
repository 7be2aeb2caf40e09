import type { Api } from '@billfold/core/http'
import {
  defineModule,
  type Module,
  type ModuleContext,
  type ModuleParts,
  type OnboardingRoutes,
} from '@billfold/core/modules'
import { credentialsAuditActions, credentialsErrors, credentialsEvents, roles } from './declarations.ts'
import { createHolder, type HolderFunctions } from './holder/create-holder.ts'
import { createIssuer, type IssuerFunctions } from './issuer/create-issuer.ts'
import { createWellKnown } from './issuer/well-known.ts'
import type { CredentialsOptions } from './options.ts'
import { assertReady } from './ready.ts'
import { createCredentialRecords, type CredentialRecords } from './records.ts'
import { credentialScopes } from './scopes.ts'
import { createVerifier, type VerifierFunctions } from './verifier/create-verifier.ts'

interface RoleFunctions {
  readonly issuer: IssuerFunctions
  readonly holder: HolderFunctions
  readonly verifier: VerifierFunctions
}

/** What the module has whichever roles are configured, as properties of `billfold.credentials`. */
export interface ModuleFunctions {
  /**
   * Checks the signers, before the host listens: each signs once, and the signature is verified by its certificate; no chain has an
   * anchor by which another role of this host would verify it. A host calls it at its start.
   * @throws RangeError that names the option; the errors of a KMS or of a trust list
   */
  readonly ready: () => Promise<void>
  /** What is stored, for the command line and for scripts. */
  readonly records: CredentialRecords
}

type Configured<Options> = {
  readonly [K in keyof RoleFunctions as Options extends Readonly<Record<K, object>> ? K : never]: RoleFunctions[K]
}

/** The running parts of the module: the functions and the API of each role that is configured. */
export interface CredentialsParts<Options extends CredentialsOptions>
  extends Omit<ModuleParts, 'api' | 'apis' | 'onboardingRoutes' | 'evidenceSource'> {
  readonly functions: Configured<Options> & ModuleFunctions
  readonly apis: { readonly [K in keyof Configured<Options> | WellKnown<Options>]: Api }
  readonly onboardingRoutes?: OnboardingRoutes
}

type WellKnown<Options> = Options extends { readonly issuer: object } ? 'wellKnown' : never

/**
 * Verifiable credentials, as a module of Billfold: issuer, holder and verifier over OpenID4VCI 1.0 and OpenID4VP 1.0, in the
 * formats SD-JWT VC and mdoc. Each role that has options becomes a property: `billfold.credentials.verifier` has its functions,
 * and is the API to mount.
 *
 * @param options the roles and their options
 * @throws RangeError that names the option and its value
 */
export function credentials<const Options extends CredentialsOptions>(
  options: Options,
): Module<'credentials', CredentialsParts<Options>>
export function credentials(options: CredentialsOptions): Module<'credentials'> {
  return defineModule({
    name: 'credentials',
    tables: roles.flatMap(({ tables }) => tables),
    sealedColumns: roles.flatMap(({ sealedColumns }) => sealedColumns),
    masterSecretColumns: roles.flatMap(({ masterSecretColumns = [] }) => masterSecretColumns),
    sealingExceptions: merge(roles.map(({ sealingExceptions = {} }) => sealingExceptions)),
    personalDataExceptions: merge(roles.map(({ personalDataExceptions = {} }) => personalDataExceptions)),
    serviceKeyScopes: credentialScopes,
    auditActions: credentialsAuditActions,
    events: credentialsEvents,
    errors: credentialsErrors,
    create: (context): ModuleParts => createRoles(context, options),
  })
}

function createRoles(context: ModuleContext, options: CredentialsOptions): ModuleParts {
  const { profile = 'open' } = options
  const parts = {
    ...(options.issuer && { issuer: createIssuer(context, options.issuer, profile) }),
    ...(options.holder && { holder: createHolder(context, options.holder, profile) }),
    ...(options.verifier && { verifier: createVerifier(context, options.verifier, profile) }),
  }
  return {
    personalData: roles.flatMap(({ personalData }) => personalData),
    maintenanceSteps: Object.values(parts).flatMap(({ maintenanceSteps }) => maintenanceSteps),
    apis: {
      ...Object.fromEntries(Object.entries(parts).map(([role, { api }]) => [role, api])),
      ...(options.issuer && { wellKnown: createWellKnown(context, options.issuer, profile) }),
    },
    ...(parts.verifier && { evidenceSource: parts.verifier.evidenceSource }),
    ...(parts.issuer && { onboardingRoutes: parts.issuer.onboardingRoutes }),
    functions: {
      ...Object.fromEntries(Object.entries(parts).map(([role, { functions }]) => [role, functions])),
      ready: () => assertReady(options),
      records: createCredentialRecords(context),
    },
  }
}

function merge(records: readonly Readonly<Record<string, string>>[]): Readonly<Record<string, string>> {
  return Object.fromEntries(records.flatMap((record) => Object.entries(record)))
}

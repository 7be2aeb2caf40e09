import { errorFactory } from '@billfold/core'
import { holderAuditActions, holderDeclaration, holderErrors, holderEvents } from './holder/declarations.ts'
import { issuerAuditActions, issuerDeclaration, issuerErrors, issuerEvents } from './issuer/declarations.ts'
import { verifierAuditActions, verifierDeclaration, verifierErrors, verifierEvents } from './verifier/declarations.ts'

/** The declarations of all roles, in the order of tables and exports. */
export const roles = [issuerDeclaration, holderDeclaration, verifierDeclaration] as const

/** The error codes of the module. */
export const credentialsErrors = { ...issuerErrors, ...holderErrors, ...verifierErrors }

/** The audit actions of the module. */
export const credentialsAuditActions = { ...issuerAuditActions, ...holderAuditActions, ...verifierAuditActions }

/** The events of the module. */
export const credentialsEvents = { ...issuerEvents, ...holderEvents, ...verifierEvents }

type CredentialsErrors = typeof credentialsErrors
type CredentialsAuditActions = typeof credentialsAuditActions
type CredentialsEvents = typeof credentialsEvents

// Adds the codes, actions and events to the types of Billfold.
declare module '@billfold/core' {
  interface ModuleErrors extends CredentialsErrors {}
  interface ModuleAuditActions extends CredentialsAuditActions {}
  interface ModuleEvents extends CredentialsEvents {}
}

/** Creates the errors of the module. */
export const credentialsError = errorFactory(credentialsErrors)

import type { ErrorDefinition } from '@billfold/core'
import type { RoleDeclaration } from '../role.ts'

/** The error codes of the verifier. */
export const verifierErrors = {} as const satisfies Record<string, ErrorDefinition>

/** The audit actions of the verifier. */
export const verifierAuditActions = {} as const

/** The events of the verifier. */
export const verifierEvents = {}

/** What the verifier declares. */
export const verifierDeclaration: RoleDeclaration = {
  tables: [],
  sealedColumns: [],
  personalData: [],
  auditActions: verifierAuditActions,
  events: verifierEvents,
  errors: verifierErrors,
}

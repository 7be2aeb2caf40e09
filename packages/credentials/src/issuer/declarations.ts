import type { ErrorDefinition } from '@billfold/core'
import type { RoleDeclaration } from '../role.ts'

/** The error codes of the issuer. */
export const issuerErrors = {} as const satisfies Record<string, ErrorDefinition>

/** The audit actions of the issuer. */
export const issuerAuditActions = {} as const

/** The events of the issuer. */
export const issuerEvents = {}

/** What the issuer declares. */
export const issuerDeclaration: RoleDeclaration = {
  tables: [],
  sealedColumns: [],
  personalData: [],
  auditActions: issuerAuditActions,
  events: issuerEvents,
  errors: issuerErrors,
}

import type { ErrorDefinition } from '@billfold/core'
import type { RoleDeclaration } from '../role.ts'

/** The error codes of the holder. */
export const holderErrors = {} as const satisfies Record<string, ErrorDefinition>

/** The audit actions of the holder. */
export const holderAuditActions = {} as const

/** The events of the holder. */
export const holderEvents = {}

/** What the holder declares. */
export const holderDeclaration: RoleDeclaration = {
  tables: [],
  sealedColumns: [],
  personalData: [],
  auditActions: holderAuditActions,
  events: holderEvents,
  errors: holderErrors,
}

import type { ErrorTable } from '@billfold/core'
import type { Api } from '@billfold/core/http'
import type {
  AuditActions,
  EventDefinitions,
  MaintenanceStep,
  MasterSecretColumn,
  PersonalData,
  SealedColumn,
} from '@billfold/core/modules'
import type { Table } from '@billfold/core/storage'

/** What one role of the module declares, whether a host has configured it or not: so every process has the same tables. */
export interface RoleDeclaration {
  readonly tables: readonly Table[]
  readonly sealedColumns: readonly SealedColumn[]
  readonly masterSecretColumns?: readonly MasterSecretColumn[]
  readonly sealingExceptions?: Readonly<Record<string, string>>
  readonly personalDataExceptions?: Readonly<Record<string, string>>
  readonly personalData: readonly PersonalData[]
  readonly auditActions: AuditActions
  readonly events: EventDefinitions
  readonly errors: ErrorTable
}

/** The running parts of a role that a host has configured. */
export interface RoleParts<Functions extends object> {
  readonly api: Api
  readonly functions: Functions
  readonly maintenanceSteps: readonly MaintenanceStep[]
}

import { licenceErrors } from '../../kernel/error-codes/identity.ts'
import { defineModule } from '../../platform/module.ts'
import { createLicencesApi } from './api.ts'
import { licenceEvents } from './events.ts'
import { licences } from './table.ts'

const licenceAuditActions = {
  'licence.created': 'A licence was created',
  'licence.revoked': 'A licence was revoked',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type LicenceAuditActions = typeof licenceAuditActions

declare module '../../platform/audit/actions.ts' {
  interface ModuleAuditActions extends LicenceAuditActions {}
}

/** Licences, the credentials of relying parties for the authentication API. */
export const licencesModule = defineModule({
  name: 'licences',
  tables: [licences],
  auditActions: licenceAuditActions,
  events: licenceEvents,
  errors: licenceErrors,
  create: ({ services, host }) => ({ functions: createLicencesApi(services, host) }),
})

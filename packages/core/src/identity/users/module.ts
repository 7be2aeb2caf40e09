import { userErrors } from '../../kernel/error-codes/identity.ts'
import { defineModule } from '../../platform/module.ts'
import { contactCodes } from './contacts/contact-code-table.ts'
import { purgeExpiredContactCodes } from './contacts/contact-codes.ts'
import { userEvents } from './events.ts'
import { identifiers } from './identifier-table.ts'
import { sealedIdentifiers } from './identifiers.ts'
import { users } from './table.ts'

const userAuditActions = {
  'user.created': 'A user was created',
  'user.reference-changed': 'The reference of a user was changed',
  'user.did-transferred': 'A user lost a DID to the user who controls it now',
  'user.archived': 'A user was archived with all wallets',
  'user.unlocked': 'The host reset the failed attempts of a user or a standalone wallet',
  'user.contact-verified': 'An email or a phone number of a user was verified',
  'user.contact-code-sent': 'A new code was sent to an email or a phone number that a user claims',
  'user.viewed': 'A person looked at the data of a user; the detail has the kinds of data',
  'user.erased': 'The personal data of a user was erased',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type UserAuditActions = typeof userAuditActions

declare module '../../platform/audit/actions.ts' {
  interface ModuleAuditActions extends UserAuditActions {}
}

/** Users and their identifiers. */
export const usersModule = defineModule({
  name: 'users',
  tables: [users, identifiers, contactCodes],
  sealedColumns: [sealedIdentifiers],
  personalDataExceptions: {
    identifiers:
      'Exported and erased by the export and the erasure of the user themselves, see export.ts and erase.ts.',
    contact_codes: 'Hashes of codes that live for half an hour: nothing to export. An erasure deletes them.',
  },
  replyPreconditions: [{ table: users, column: 'archivedAt' }],
  auditActions: userAuditActions,
  events: userEvents,
  errors: userErrors,
  create: ({ services }) => ({
    maintenanceSteps: [
      {
        name: 'delete expired contact codes',
        stage: 'expire',
        run: (startedAt, report) => purgeExpiredContactCodes(services.storage, startedAt, report),
      },
    ],
  }),
})

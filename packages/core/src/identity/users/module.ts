import { userErrors } from '../../kernel/error-codes/identity.ts'
import { defineModule } from '../../platform/module.ts'
import { userEvents } from './events.ts'
import { identifiers } from './identifier-table.ts'
import { sealedIdentifiers } from './identifiers.ts'
import { users } from './table.ts'

const userAuditActions = {
  'user.created': 'A user was created',
  'user.reference-changed': 'The reference of a user was changed',
  'user.did-transferred': 'A user lost a DID to the user who controls it now',
  'user.archived': 'A user was archived with all wallets',
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
  tables: [users, identifiers],
  sealedColumns: [sealedIdentifiers],
  personalDataExceptions: {
    identifiers:
      'Exported and erased by the export and the erasure of the user themselves, see export.ts and erase.ts.',
  },
  replyPreconditions: [{ table: users, column: 'archivedAt' }],
  auditActions: userAuditActions,
  events: userEvents,
  errors: userErrors,
  create: () => ({}),
})

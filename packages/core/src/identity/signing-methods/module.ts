import { signingMethodErrors } from '../../kernel/error-codes/identity.ts'
import { defineModule } from '../../platform/module.ts'
import { sealedFaceChecks } from './consume-face-check.ts'
import { signingMethodEvents } from './events.ts'
import { faceChecks } from './face-check-table.ts'
import { pepperedSigningMethods } from './pepper-keys.ts'
import { purgeExpiredFaceChecks } from './start-face-check.ts'
import { signingMethodsLockout } from './unlock.ts'
import { masterSecrets, signingMethods } from './tables.ts'

const signingMethodAuditActions = {
  'signing-method.created': 'A signing method was created for a user or a standalone wallet',
  'signing-method.replaced': 'The value of a signing method was replaced',
  'signing-method.removed': 'A signing method was deleted',
  'signing-method.verification-failed': 'A signing method was used with a wrong value, or while it was locked',
  'signing-method.face-verified': 'The face check of a signing method succeeded',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type SigningMethodAuditActions = typeof signingMethodAuditActions

declare module '../../platform/audit/actions.ts' {
  interface ModuleAuditActions extends SigningMethodAuditActions {}
}

/** Signing methods, and the master secrets that they open. */
export const signingMethodsModule = defineModule({
  name: 'signingMethods',
  tables: [masterSecrets, signingMethods, faceChecks],
  sealedColumns: sealedFaceChecks,
  pepperedValues: [pepperedSigningMethods],
  sealingExceptions: {
    'signing_methods.sealedPrivateKey': "Sealed under the method's own value; sealed again when the method is used.",
    'signing_methods.sealedSecret': "Sealed to the method's key; sealed again when the master secret is replaced.",
  },
  personalDataExceptions: {
    master_secrets: 'Ids and counters: the secret itself is not stored. An erasure closes the owner.',
    signing_methods: 'Key material: nothing to export. An erasure deletes it.',
    face_checks: 'Sealed, and expires in minutes: nothing to export. An erasure deletes it.',
  },
  replyPreconditions: [{ table: signingMethods, column: 'version' }],
  auditActions: signingMethodAuditActions,
  events: signingMethodEvents,
  errors: signingMethodErrors,
  create: ({ services: { storage } }) => ({
    lockouts: [signingMethodsLockout],
    maintenanceSteps: [
      {
        name: 'delete expired face checks',
        stage: 'expire',
        run: (startedAt, report) => purgeExpiredFaceChecks(storage, startedAt, report),
      },
    ],
  }),
})

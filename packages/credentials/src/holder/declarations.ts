import { defineEvent, eventId } from '@billfold/core/modules'
import { z } from 'zod'
import type { RoleDeclaration } from '../role.ts'
import { sealedDescriptions } from './credentials/credential-description.ts'
import { holderErrors } from './holder-error.ts'
import { holderPersonalData } from './personal-data.ts'
import { sealedEntries } from './present/presentation-log.ts'
import { sealedRequests } from './present/request-schema.ts'
import { sealedIssuances } from './receive/issuance-content.ts'
import { sealedOffers } from './receive/resolve-offer.ts'
import { reencryptHolderSecrets } from './secrets/holder-secrets.ts'
import {
  heldCredentials,
  heldInstances,
  holderIssuances,
  holderOffers,
  holderSecrets,
  presentationLog,
  receivedRequests,
} from './tables.ts'

export { holderErrors } from './holder-error.ts'

/** The audit actions of the holder. */
export const holderAuditActions = {
  'credential.received': 'A user received a credential; the subject is the credential',
  'credential.presented': 'A user presented credentials; the subject is the request',
  'credential.forgotten': 'A user deleted a credential; the subject is the credential',
} as const

/** The events of the holder. */
export const holderEvents = {
  'credential.received': defineEvent('A user received a credential.', { credentialId: eventId, userId: eventId }),
  'credential.presented': defineEvent('A user presented credentials.', {
    requestId: eventId,
    userId: eventId,
    outcome: z.enum(['answered', 'failed']),
  }),
  'credential.forgotten': defineEvent('A user deleted a credential.', { credentialId: eventId, userId: eventId }),
}

/** What the holder declares. */
export const holderDeclaration: RoleDeclaration = {
  tables: [
    holderSecrets,
    holderOffers,
    holderIssuances,
    heldCredentials,
    heldInstances,
    receivedRequests,
    presentationLog,
  ],
  sealedColumns: [
    sealedOffers.column,
    sealedIssuances.column,
    sealedDescriptions.column,
    sealedRequests.column,
    sealedEntries.column,
  ],
  masterSecretColumns: [{ table: holderSecrets, column: 'sealedRoot', reencrypt: reencryptHolderSecrets }],
  sealingExceptions: {
    'holder_secrets.sealedBoxKey': 'Sealed under the master secret and sealed again together with sealedRoot.',
    'held_instances.sealedCredential': 'Sealed to the public key of a row of holder_secrets, which never changes.',
  },
  personalData: [holderPersonalData],
  auditActions: holderAuditActions,
  events: holderEvents,
  errors: holderErrors,
}

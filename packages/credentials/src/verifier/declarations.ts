import type { ErrorDefinition } from '@billfold/core'
import { defineEvent, eventId } from '@billfold/core/modules'
import { z } from 'zod'
import type { RoleDeclaration } from '../role.ts'
import { sealedEvidence } from './evidence/evidence-row.ts'
import { sealedRequestColumns } from './requests/request-body.ts'
import { verifierPersonalData } from './personal-data.ts'
import { presentationRequests, presentedEvidence } from './tables.ts'

/** The error codes of the verifier. */
export const verifierErrors = {
  'presentation-request.not-found': { status: 404, message: 'There is no such request for a presentation' },
} as const satisfies Record<string, ErrorDefinition>

/** The audit actions of the verifier. */
export const verifierAuditActions = {
  'presentation.requested': 'A presentation of credentials was requested; the subject is the request',
  'presentation.verified': 'A presentation of credentials was verified; the subject is the request',
  'presentation.refused': 'A presentation of credentials was refused; the subject is the request',
  'presentation.declined': 'A wallet declined a request for a presentation; the subject is the request',
  'signer.expiring': 'The certificate of a signer expires within 30 days; the subject is its hash',
  'evidence.used': 'An application used what was presented; the subject is the evidence',
} as const

/** The events of the verifier. */
export const verifierEvents = {
  'signer.expiring': defineEvent('The certificate of a signer expires within 30 days.', {
    signer: z.string(),
    notAfter: z.int(),
  }),
  'presentation.requested': defineEvent('A presentation of credentials was requested.', {
    requestId: eventId,
    flow: z.enum(['same-device', 'cross-device', 'dc-api']),
  }),
  'presentation.verified': defineEvent('A presentation of credentials was verified.', { requestId: eventId }),
  'presentation.refused': defineEvent('A presentation of credentials was refused.', {
    requestId: eventId,
    code: z.string(),
  }),
  'presentation.declined': defineEvent('A wallet declined a request for a presentation.', {
    requestId: eventId,
    code: z.string(),
  }),
}

/** What the verifier declares. */
export const verifierDeclaration: RoleDeclaration = {
  tables: [presentationRequests, presentedEvidence],
  sealedColumns: [...sealedRequestColumns, sealedEvidence],
  personalData: [verifierPersonalData],
  auditActions: verifierAuditActions,
  events: verifierEvents,
  errors: verifierErrors,
}

import { defineEvent, eventId } from '@billfold/core/modules'
import { z } from 'zod'
import type { RoleDeclaration } from '../role.ts'
import { sealedOfferContent } from './offers/offer-content.ts'
import { sealedAuthorizationBody } from './oauth/authorization-body.ts'
import { sealedGrantDataset } from './issuance/grant-dataset.ts'
import { sealedPrivateKeys } from './issuance/encryption-keys.ts'
import { issuerFunctionErrors } from './issuer-error.ts'
import { issuerPersonalData } from './personal-data.ts'
import {
  authorizationRequests,
  credentialKeys,
  credentialOffers,
  deferredCredentials,
  issuanceGrants,
  issuedCredentials,
  statusLists,
} from './tables.ts'
import { wireErrors } from './wire-errors.ts'

/** The error codes of the issuer. */
export const issuerErrors = { ...wireErrors, ...issuerFunctionErrors }

/** The audit actions of the issuer. */
export const issuerAuditActions = {
  'credential.offered': 'A credential was offered; the subject is the offer',
  'credential.offer-ended': 'An open offer was ended; the subject is the offer',
  'credential.offer-redeemed': 'An offer was redeemed; the subject is the offer',
  'credential.issued': 'Instances of a credential were issued; the subject is the grant',
  'credential.deferred': 'A wallet waits for a credential; the subject is the grant',
  'credential.status-changed': 'The status of a credential was changed; the subject is the credential',
  'credential.accepted': 'A wallet reported the outcome of credentials; the subject is the grant',
  'signer.expiring': 'The certificate of a signer expires within 30 days; the subject is its hash',
} as const

/** The events of the issuer. */
export const issuerEvents = {
  'credential.offered': defineEvent('A credential was offered.', { offerId: eventId, type: z.string() }),
  'credential.issued': defineEvent('Instances of a credential were issued.', {
    grantId: eventId,
    type: z.string(),
    format: z.string(),
    instances: z.int(),
  }),
  'credential.deferred': defineEvent('A wallet waits for a credential whose data is not there yet.', {
    grantId: eventId,
    type: z.string(),
  }),
  'credential.status-changed': defineEvent('The status of a credential was changed.', {
    credentialId: eventId,
    type: z.string(),
    status: z.enum(['valid', 'suspended', 'revoked']),
  }),
  'credential.accepted': defineEvent('A wallet reported the outcome of credentials.', {
    grantId: eventId,
    event: z.enum(['credential_accepted', 'credential_failure', 'credential_deleted']),
  }),
  'signer.expiring': defineEvent('The certificate of a signer expires within 30 days.', {
    signer: z.string(),
    notAfter: z.int(),
  }),
}

/** What the issuer declares. */
export const issuerDeclaration: RoleDeclaration = {
  tables: [
    credentialOffers,
    authorizationRequests,
    issuanceGrants,
    deferredCredentials,
    issuedCredentials,
    statusLists,
    credentialKeys,
  ],
  sealedColumns: [
    sealedOfferContent.column,
    sealedAuthorizationBody.column,
    sealedGrantDataset.column,
    sealedPrivateKeys,
  ],
  personalData: [issuerPersonalData],
  auditActions: issuerAuditActions,
  events: issuerEvents,
  errors: issuerErrors,
}

import { sendContactCode, verifyContactCode } from '../../identity/users/contacts/contact-codes.ts'
import type { Contact } from '../../identity/users/contacts/contact-verified.ts'
import { type Route, route } from '../../http/index.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import { claimInvitations } from '../two-leg/invitations.ts'
import { findVerifiedContacts } from '../users/profiles.ts'
import type { PaymentsApiContext } from './api-context.ts'
import { requireApiKeyCaller } from './api-key-guard.ts'
import { withFields } from './field-encryption.ts'
import { type EndpointFields, encryptedField, requiredField, secretField } from './fields.ts'

const contactFields = { email: encryptedField(320), phone_number: encryptedField(32) } as const

/** Routes to verify the email and the phone number of a registration. Not in the API document. */
export function contactRoutes(api: PaymentsApiContext): readonly Route[] {
  return [verifyContactRoute(api), sendCodeRoute(api)]
}

function verifyContactRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'verifyContact',
    idempotency: 'none',
    method: 'POST',
    path: '/api/v1/lokdon/verifycontact',
    summary: 'Verify the email or the phone number with the code that was sent to it',
    guard: api.guards.apiKey,
    ...withFields(api, { ...contactFields, code: secretField(32) }),
    handler: async ({ body: fields }, context) => {
      const caller = requireApiKeyCaller(context)
      const actor = { ...actorFromRequest(context), id: caller.id }
      await verifyContactCode(api.services, actor, caller.id, parseContact(fields), requiredField(fields, 'code'))
      if ((await findVerifiedContacts(api.services, caller.id)) !== undefined)
        await claimInvitations(api, actor, caller.id)
      return { message: 'Contact Verified Successfully' }
    },
  })
}

function sendCodeRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'sendContactCode',
    idempotency: 'none',
    method: 'POST',
    path: '/api/v1/lokdon/sendcode',
    summary: 'Send a new code to the email or the phone number',
    guard: api.guards.apiKey,
    ...withFields(api, contactFields),
    handler: async ({ body: fields }, context) => {
      const caller = requireApiKeyCaller(context)
      const actor = { ...actorFromRequest(context), id: caller.id }
      await sendContactCode(api.services, actor, caller.id, parseContact(fields))
      return { message: 'Code Sent' }
    },
  })
}

/** @throws BillfoldError `field.missing` without an email and a phone number */
function parseContact(fields: EndpointFields<'email' | 'phone_number'>): Contact {
  const { phone_number } = fields
  if (fields.email === undefined && phone_number !== undefined) return { kind: 'phone', value: phone_number }
  return { kind: 'email', value: requiredField(fields, 'email') }
}

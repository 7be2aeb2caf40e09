import { BillfoldError } from '../../kernel/errors.ts'
import type { Route } from '../../http/index.ts'
import { verifyPaymentPin, discloseM3Part, setPaymentPin } from '../credentials/lock-pin.ts'
import { findUserByIdentifiers } from '../users/profiles.ts'
import { assertOwnEmail } from './account-endpoints.ts'
import { limitEnumeration } from './limit-enumeration.ts'
import { endpointRoutes, authenticateByApiKey, type EndpointContext } from './endpoint-routes.ts'
import { encryptedField, requiredField } from './fields.ts'

/** Routes to set and verify the PIN, and to get the last part of a sender's lock PIN. */
export function pinEndpoints(api: EndpointContext): readonly Route[] {
  const notRegistered = { 'user.not-found': 'User with this email is not registered' } as const
  return [
    ...endpointRoutes(api, {
      id: 'setPin',
      paths: ['setpin', '/api/v1/lokon/setpin'],
      summary: 'Set the PIN; replacing it requires the old PIN or the password',
      guard: api.apiKeyAuth,
      fields: {
        email: encryptedField(320),
        mpin: encryptedField(64),
        old_mpin: encryptedField(64),
        password: encryptedField(128),
      },
      documentedErrors: notRegistered,
      resolveCaller: authenticateByApiKey,
      handle: async (fields, caller) => {
        await assertOwnEmail(api.services, caller, requiredField(fields, 'email'))
        const authorization = { oldPin: fields.old_mpin, password: fields.password }
        const { actor, userId, preconditions } = caller
        await setPaymentPin(api.services, actor, userId, requiredField(fields, 'mpin'), authorization, preconditions)
        return { message: 'Security PIN added for your profile' }
      },
    }),
    ...endpointRoutes(api, {
      id: 'checkPin',
      idempotency: 'none',
      paths: ['checkpin'],
      summary: 'Verify the PIN, and return it if it is correct',
      guard: api.apiKeyAuth,
      fields: { email: encryptedField(320), encryptedmpin: encryptedField(64) },
      encryptedReplyFields: ['mpin'],
      documentedErrors: { ...notRegistered, 'pin.incorrect': 'Perhaps you have not set MPIN yet' },
      resolveCaller: async (endpointContext, request, caller) => ({
        ...(await authenticateByApiKey(endpointContext, request, caller)),
        request,
      }),
      handle: async (fields, caller) => {
        await assertOwnEmail(api.services, caller, requiredField(fields, 'email'))
        await verifyPaymentPin(api.services, caller.actor, caller.userId, requiredField(fields, 'encryptedmpin'))
        // The document returns the PIN. Echo the caller's own value: the server stores only a hash.
        const { encryptedmpin } = caller.request.values
        return { message: 'Here is your MPIN', data: String(encryptedmpin) }
      },
    }),
    ...getM3PinRoutes(api),
  ]
}

function getM3PinRoutes(api: EndpointContext): readonly Route[] {
  return endpointRoutes(api, {
    id: 'getM3Pin',
    idempotency: 'none',
    paths: ['getm3pin'],
    summary: "Get the last part of a sender's lock PIN, as the receiver of a pending payment",
    guard: api.apiKeyAuth,
    fields: { sender_email: encryptedField(320), sender_phone: encryptedField(32) },
    encryptedReplyFields: ['m3encrypt'],
    documentedErrors: {
      'field.missing': 'Either provide email or mobile number of sender',
      'payment.not-found': 'No Pending Payments for you',
    },
    resolveCaller: authenticateByApiKey,
    handle: async ({ sender_email, sender_phone }, { actor, userId, preconditions }) => {
      const wanted = [
        ...(sender_email === undefined ? [] : [{ kind: 'email', value: sender_email } as const]),
        ...(sender_phone === undefined ? [] : [{ kind: 'phone', value: sender_phone } as const]),
      ]
      if (wanted.length === 0) throw new BillfoldError('field.missing')
      const m3encrypt = await limitEnumeration(api.services, actor, ['payment.not-found'], async () =>
        discloseM3Part(
          api.services,
          actor,
          userId,
          await findUserByIdentifiers(api.services, actor.tenant, wanted),
          preconditions,
        ),
      )
      return { message: 'Sender M3 Pin Stripped off', data: { m3encrypt } }
    },
  })
}

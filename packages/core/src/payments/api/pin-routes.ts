import { BillfoldError } from '../../kernel/errors.ts'
import { type Route, route, withAliases } from '../../http/index.ts'
import { verifyPaymentPin, discloseM3Part, setPaymentPin } from '../credentials/lock-pin.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import type { PaymentsApiContext } from './api-context.ts'
import { requireApiKeyCaller } from './api-key-guard.ts'
import { documentedFailures } from './documented-failures.ts'
import { withFields } from './field-encryption.ts'
import { encryptedField, requiredField, secretField } from './fields.ts'
import { assertOwnEmail } from './own-identifiers.ts'
import { limitEnumeration } from './limit-enumeration.ts'

/**
 * Age of an API key, in milliseconds, up to which it stands for the password of the login that made it. Where a PIN
 * guards the money, an older key cannot set the first one: otherwise whoever stole it chooses the PIN.
 */
const freshLoginMs = 15 * 60 * 1000

const notRegistered = { 'user.not-found': 'User with this email is not registered' } as const

/** Routes to set and verify the PIN, and to get the last part of a sender's lock PIN. */
export function pinRoutes(api: PaymentsApiContext): readonly Route[] {
  return [...withAliases(setPinRoute(api), '/api/v1/lokon/setpin'), checkPinRoute(api), getM3PinRoute(api)]
}

function setPinRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'setPin',
    method: 'POST',
    path: '/api/v1/lokdon/setpin',
    summary: 'Set the PIN; replacing it requires the old PIN or the password',
    guard: api.guards.apiKey,
    ...withFields(api, {
      email: encryptedField(320),
      mpin: secretField(64),
      old_mpin: secretField(64),
      password: secretField(128),
    }),
    documentedErrors: documentedFailures(notRegistered),
    handler: async ({ body: fields }, context) => {
      const caller = requireApiKeyCaller(context)
      await assertOwnEmail(api.services, caller, requiredField(fields, 'email'))
      const authorization = {
        oldPin: fields.old_mpin,
        password: fields.password,
        firstNeedsPassword: api.settings.requirePin && api.services.now() - caller.key.createdAt > freshLoginMs,
      }
      await setPaymentPin(
        api.services,
        actorFromRequest(context),
        caller.id,
        requiredField(fields, 'mpin'),
        authorization,
        caller.preconditions,
      )
      return { message: 'Security PIN added for your profile' }
    },
  })
}

function checkPinRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'checkPin',
    idempotency: 'none',
    method: 'POST',
    path: '/api/v1/lokdon/checkpin',
    summary: 'Verify the PIN, and return it if it is correct',
    guard: api.guards.apiKey,
    ...withFields(api, { email: encryptedField(320), encryptedmpin: secretField(64) }, ['mpin']),
    documentedErrors: documentedFailures({ ...notRegistered, 'pin.incorrect': 'Perhaps you have not set MPIN yet' }),
    handler: async ({ body: fields }, context, { values }) => {
      const caller = requireApiKeyCaller(context)
      await assertOwnEmail(api.services, caller, requiredField(fields, 'email'))
      await verifyPaymentPin(api.services, actorFromRequest(context), caller.id, requiredField(fields, 'encryptedmpin'))
      // The document returns the PIN. Echo the caller's own value: the server stores only a hash.
      return { message: 'Here is your MPIN', data: String(values['encryptedmpin']) }
    },
  })
}

function getM3PinRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'getM3Pin',
    idempotency: 'none',
    method: 'POST',
    path: '/api/v1/lokdon/getm3pin',
    summary: "Get the last part of a sender's lock PIN, as the receiver of a pending payment",
    guard: api.guards.apiKey,
    ...withFields(api, { sender_email: encryptedField(320), sender_phone: encryptedField(32) }, ['m3encrypt']),
    documentedErrors: documentedFailures({
      'field.missing': 'Either provide email or mobile number of sender',
      'payment.not-found': 'No Pending Payments for you',
    }),
    handler: async ({ body: { sender_email, sender_phone } }, context) => {
      const { id: userId, preconditions } = requireApiKeyCaller(context)
      const actor = actorFromRequest(context)
      const wanted = [
        ...(sender_email === undefined ? [] : [{ kind: 'email', value: sender_email } as const]),
        ...(sender_phone === undefined ? [] : [{ kind: 'phone', value: sender_phone } as const]),
      ]
      if (wanted.length === 0) throw new BillfoldError('field.missing')
      const m3encrypt = await limitEnumeration(api.services, actor, ['payment.not-found'], async () =>
        discloseM3Part(api.services, actor, userId, wanted, preconditions),
      )
      return { message: 'Sender M3 Pin Stripped off', data: { m3encrypt } }
    },
  })
}

import { BillfoldError } from '../../errors.ts'
import type { Route } from '../../http/index.ts'
import { checkPin, m3PartFor, setPin } from '../../payments/lock-pin.ts'
import { personWith } from '../../payments/people.ts'
import { assertOwnEmail } from './account-endpoints.ts'
import { boundedGuess } from './bounded-guess.ts'
import { endpoint, keyCaller, type PaymentsApi } from './endpoint.ts'
import { encrypted, needed } from './fields.ts'

/** Routes to set and verify the PIN, and to get the last part of a sender's lock PIN. */
export function pinEndpoints(api: PaymentsApi): readonly Route[] {
  const notRegistered = { 'user.unknown': 'User with this email is not registered' } as const
  return [
    ...endpoint(api, {
      id: 'setPin',
      paths: ['setpin', '/api/v1/lokon/setpin'],
      summary: 'Set the PIN; replacing it requires the old PIN or the password',
      guard: api.byKey,
      fields: { email: encrypted(320), mpin: encrypted(64), old_mpin: encrypted(64), password: encrypted(128) },
      says: notRegistered,
      caller: keyCaller,
      handle: async (fields, caller) => {
        await assertOwnEmail(api.services, caller, needed(fields, 'email'))
        const authorization = { oldPin: fields.old_mpin, password: fields.password }
        const { actor, userId, held } = caller
        await setPin(api.services, actor, userId, needed(fields, 'mpin'), authorization, held)
        return { message: 'Security PIN added for your profile' }
      },
    }),
    ...endpoint(api, {
      id: 'checkPin',
      idempotency: 'none',
      paths: ['checkpin'],
      summary: 'Verify the PIN, and return it if it is correct',
      guard: api.byKey,
      fields: { email: encrypted(320), encryptedmpin: encrypted(64) },
      seals: ['mpin'],
      says: { ...notRegistered, 'pin.incorrect': 'Perhaps you have not set MPIN yet' },
      caller: async (endpointContext, request, caller) => ({
        ...(await keyCaller(endpointContext, request, caller)),
        request,
      }),
      handle: async (fields, caller) => {
        await assertOwnEmail(api.services, caller, needed(fields, 'email'))
        await checkPin(api.services, caller.actor, caller.userId, needed(fields, 'encryptedmpin'))
        // The document returns the PIN. Echo the caller's own value: the server stores only a hash.
        const { encryptedmpin } = caller.request.values
        return { message: 'Here is your MPIN', data: String(encryptedmpin) }
      },
    }),
    ...getM3PinRoutes(api),
  ]
}

function getM3PinRoutes(api: PaymentsApi): readonly Route[] {
  return endpoint(api, {
    id: 'getM3Pin',
    idempotency: 'none',
    paths: ['getm3pin'],
    summary: "Get the last part of a sender's lock PIN, as the receiver of a pending payment",
    guard: api.byKey,
    fields: { sender_email: encrypted(320), sender_phone: encrypted(32) },
    seals: ['m3encrypt'],
    says: {
      'field.missing': 'Either provide email or mobile number of sender',
      'payment.unknown': 'No Pending Payments for you',
    },
    caller: keyCaller,
    handle: async ({ sender_email, sender_phone }, { actor, userId, held }) => {
      const wanted = [
        ...(sender_email === undefined ? [] : [{ kind: 'email', value: sender_email } as const]),
        ...(sender_phone === undefined ? [] : [{ kind: 'phone', value: sender_phone } as const]),
      ]
      if (wanted.length === 0) throw new BillfoldError('field.missing')
      const m3encrypt = await boundedGuess(api.services, actor, ['payment.unknown'], async () =>
        m3PartFor(api.services, actor, userId, await personWith(api.services, actor.tenant, wanted), held),
      )
      return { message: 'Sender M3 Pin Stripped off', data: { m3encrypt } }
    },
  })
}

import { type Route, route } from '../../http/index.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import { changePassword, logIn } from '../users/log-in.ts'
import { registerPaymentUser } from '../users/register.ts'
import { updateProfile } from '../users/update-profile.ts'
import { limitEnumeration } from './limit-enumeration.ts'
import type { PaymentsApiContext } from './api-context.ts'
import { presentedApiKey, requireApiKeyCaller } from './api-key-guard.ts'
import { documentedFailures } from './documented-failures.ts'
import { withFields } from './field-encryption.ts'
import { encryptedField, plainField, requiredField, secretField } from './fields.ts'
import { assertOwnEmail } from './own-identifiers.ts'

/** Routes for registration, login, password and profile. */
export function accountRoutes(api: PaymentsApiContext): readonly Route[] {
  return [registerRoute(api), loginRoute(api), changePasswordRoute(api), updateProfileRoute(api)]
}

function registerRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'register',
    method: 'POST',
    path: '/api/v1/lokdon/register',
    summary: 'Register a user',
    guard: api.guards.public,
    limits: [{ by: 'ip', ...api.registrationLimit }],
    ...withFields(api, {
      email: encryptedField(320),
      password: secretField(128),
      phone_number: encryptedField(32),
      imei: plainField(64),
      dob: plainField(10),
      username: encryptedField(128),
      first_name: encryptedField(128),
      last_name: encryptedField(128),
      address: encryptedField(512),
    }),
    documentedErrors: documentedFailures({ 'user.exists': 'User already exists' }),
    handler: async ({ body: fields }, context) => {
      const actor = actorFromRequest(context)
      await registerPaymentUser(api.services, actor, {
        ...(api.settings.contactVerification === 'host' && { contactsVerifiedBy: 'host' }),
        email: requiredField(fields, 'email'),
        password: requiredField(fields, 'password'),
        phone: requiredField(fields, 'phone_number'),
        dob: requiredField(fields, 'dob'),
        username: requiredField(fields, 'username'),
        firstName: requiredField(fields, 'first_name'),
        lastName: requiredField(fields, 'last_name'),
        address: fields.address ?? '',
      })
      return { message: 'User Registered with Lokdon' }
    },
  })
}

function loginRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'login',
    idempotency: 'none',
    method: 'POST',
    path: '/api/auth/login',
    summary: 'Log in and get an API key for a device',
    guard: api.guards.public,
    limits: [{ by: 'ip', ...api.loginLimit }],
    ...withFields(
      api,
      { email: encryptedField(320), password: secretField(128), appid: plainField(64), imei: plainField(64) },
      ['email', 'fullname', 'username', 'dateofbirth', 'phone', 'address', 'api-key'],
    ),
    handler: async ({ body: fields }, context, { encryption }) => {
      const apiKey = await presentedApiKey(api, context)
      const user = await logIn(api, actorFromRequest(context), {
        apiKey,
        email: requiredField(fields, 'email'),
        password: requiredField(fields, 'password'),
        appid: fields.appid ?? '',
        imei: fields.imei ?? '',
        encrypted: encryption !== undefined,
      })
      const data = {
        email: user.email,
        fullname: `${user.firstName} ${user.lastName}`,
        username: user.username,
        dateofbirth: user.dob,
        phone: user.phone,
        address: user.address,
        'api-key': user.apiKey,
        photo: '',
        mpin: '',
        uwa: '',
      }
      return { message: 'Authentication Sucessfull', data }
    },
  })
}

function changePasswordRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'changePassword',
    method: 'POST',
    path: '/api/auth/changepass',
    summary: 'Change the password and revoke all other API keys',
    guard: api.guards.apiKey,
    ...withFields(api, {
      email: encryptedField(320),
      password: secretField(128),
      old_password: secretField(128),
      appid: plainField(64),
    }),
    documentedErrors: documentedFailures({ 'user.not-found': 'User doesnot exist' }),
    handler: async ({ body: fields }, context) => {
      const caller = requireApiKeyCaller(context)
      const actor = actorFromRequest(context)
      await assertOwnEmail(api.services, caller, requiredField(fields, 'email'))
      const change = { oldPassword: requiredField(fields, 'old_password'), password: requiredField(fields, 'password') }
      await changePassword(api.services, actor, caller.key, change)
      return { message: 'Password Updated Successfully' }
    },
  })
}

function updateProfileRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'updateProfile',
    method: 'POST',
    path: '/api/v1/lokdon/updateprofile',
    summary: 'Update name, address, date of birth or proof key',
    guard: api.guards.apiKey,
    ...withFields(
      api,
      {
        first_name: encryptedField(128),
        last_name: encryptedField(128),
        username: encryptedField(128),
        email: encryptedField(320),
        phone_number: encryptedField(32),
        address: encryptedField(512),
        dob: encryptedField(10),
        proof_key: encryptedField(130),
        remove_proof_key: plainField(5),
        password: secretField(128),
      },
      ['first_name', 'last_name', 'username', 'email', 'phone_number', 'address', 'dob'],
    ),
    documentedErrors: documentedFailures({ 'user.exists': 'User already exists' }),
    handler: async ({ body: fields }, context) => {
      const { id: userId, preconditions } = requireApiKeyCaller(context)
      const actor = actorFromRequest(context)
      const { first_name, last_name, username, email, phone_number, address, dob, proof_key, password } = fields
      const proofKey = fields.remove_proof_key === 'true' ? '' : proof_key
      const names = { firstName: first_name, lastName: last_name, username, address, dob }
      const change = { ...withoutAbsent(names), email, phone: phone_number, proofKey, password }
      await limitEnumeration(api.services, actor, ['user.exists'], () =>
        updateProfile(api, actor, userId, change, preconditions),
      )
      // Echo the changed fields, without `remove_proof_key` and the password.
      const data = { first_name, last_name, username, email, phone_number, address, dob, proof_key }
      return { message: 'Your Details Updated Successfully', data: withoutAbsent(data) }
    },
  })
}

/** Drops absent fields. */
function withoutAbsent<K extends string>(fields: Readonly<Record<K, string | undefined>>): Partial<Record<K, string>> {
  const defined: Partial<Record<K, string>> = {}
  for (const name in fields) {
    const value = fields[name]
    if (value !== undefined) defined[name] = value
  }
  return defined
}

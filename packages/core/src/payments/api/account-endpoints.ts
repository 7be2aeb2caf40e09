import type { Route } from '../../http/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { changePassword, logIn } from '../users/log-in.ts'
import { ownsIdentifier } from '../users/profiles.ts'
import { registerPaymentUser } from '../users/register.ts'
import { updateProfile } from '../users/update-profile.ts'
import type { Services } from '../../platform/services.ts'
import { limitEnumeration } from './limit-enumeration.ts'
import {
  noApiKey,
  endpointRoutes,
  type ApiKeyCaller,
  authenticateByApiKey,
  type EndpointContext,
} from './endpoint-routes.ts'
import { encryptedField, requiredField, plainField } from './fields.ts'

/** Routes for registration, login, password and profile. */
export function accountEndpoints(api: EndpointContext): readonly Route[] {
  return [...registerRoutes(api), ...loginRoutes(api), ...changePasswordRoutes(api), ...updateProfileRoutes(api)]
}

/** Checks that the email in a request belongs to the API key's user. @throws BillfoldError `user.not-found` */
export async function assertOwnEmail(
  services: Services,
  { actor, userId }: ApiKeyCaller,
  email: string,
): Promise<void> {
  const own = await ownsIdentifier(services, actor.tenant, userId, { kind: 'email', value: email })
  if (!own) throw new BillfoldError('user.not-found')
}

function registerRoutes(api: EndpointContext): readonly Route[] {
  return endpointRoutes(api, {
    id: 'register',
    paths: ['register'],
    summary: 'Register a user',
    guard: api.publicGuard,
    limits: [{ by: 'ip', ...api.registrationLimit }],
    fields: {
      email: encryptedField(320),
      password: encryptedField(128),
      phone_number: encryptedField(32),
      imei: plainField(64),
      dob: plainField(10),
      username: encryptedField(128),
      first_name: encryptedField(128),
      last_name: encryptedField(128),
      address: encryptedField(512),
    },
    documentedErrors: { 'user.exists': 'User already exists' },
    resolveCaller: noApiKey,
    handle: async (fields, { actor }) => {
      await registerPaymentUser(api.services, actor, {
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

function loginRoutes(api: EndpointContext): readonly Route[] {
  return endpointRoutes(api, {
    id: 'login',
    idempotency: 'none',
    paths: ['/api/auth/login'],
    summary: 'Log in and get an API key for a device',
    guard: api.publicGuard,
    limits: [{ by: 'ip', ...api.loginLimit }],
    fields: { email: encryptedField(320), password: encryptedField(128), appid: plainField(64), imei: plainField(64) },
    encryptedReplyFields: ['email', 'fullname', 'username', 'dateofbirth', 'phone', 'address', 'api-key'],
    resolveCaller: noApiKey,
    handle: async (fields, { actor, encrypts }) => {
      const user = await logIn(api, actor, {
        email: requiredField(fields, 'email'),
        password: requiredField(fields, 'password'),
        appid: fields.appid ?? '',
        imei: fields.imei ?? '',
        encrypted: encrypts,
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

function changePasswordRoutes(api: EndpointContext): readonly Route[] {
  return endpointRoutes(api, {
    id: 'changePassword',
    paths: ['/api/auth/changepass'],
    summary: 'Change the password and revoke all other API keys',
    guard: api.apiKeyAuth,
    fields: {
      email: encryptedField(320),
      password: encryptedField(128),
      old_password: encryptedField(128),
      appid: plainField(64),
    },
    documentedErrors: { 'user.not-found': 'User doesnot exist' },
    resolveCaller: authenticateByApiKey,
    handle: async (fields, caller) => {
      await assertOwnEmail(api.services, caller, requiredField(fields, 'email'))
      const change = { oldPassword: requiredField(fields, 'old_password'), password: requiredField(fields, 'password') }
      await changePassword(api.services, caller.actor, caller.key, change)
      return { message: 'Password Updated Successfully' }
    },
  })
}

function updateProfileRoutes(api: EndpointContext): readonly Route[] {
  return endpointRoutes(api, {
    id: 'updateProfile',
    paths: ['updateprofile'],
    summary: 'Update name, address, date of birth or proof key',
    guard: api.apiKeyAuth,
    fields: {
      first_name: encryptedField(128),
      last_name: encryptedField(128),
      username: encryptedField(128),
      email: encryptedField(320),
      phone_number: encryptedField(32),
      address: encryptedField(512),
      dob: encryptedField(10),
      proof_key: encryptedField(130),
      remove_proof_key: plainField(5),
      password: encryptedField(128),
    },
    encryptedReplyFields: ['first_name', 'last_name', 'username', 'email', 'phone_number', 'address', 'dob'],
    documentedErrors: { 'user.exists': 'User already exists' },
    resolveCaller: authenticateByApiKey,
    handle: async (fields, { actor, userId, preconditions }) => {
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

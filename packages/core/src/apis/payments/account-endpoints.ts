import type { Route } from '../../http/index.ts'
import { BillfoldError } from '../../errors.ts'
import { changePassword, logIn } from '../../payments/log-in.ts'
import { isOf } from '../../payments/people.ts'
import { register } from '../../payments/register.ts'
import { updateProfile } from '../../payments/update-profile.ts'
import type { Services } from '../../services.ts'
import { boundedGuess } from './bounded-guess.ts'
import { anyCaller, endpoint, type KeyCaller, keyCaller, type PaymentsApi } from './endpoint.ts'
import { encrypted, needed, plain } from './fields.ts'

/** Routes for registration, login, password and profile. */
export function accountEndpoints(api: PaymentsApi): readonly Route[] {
  return [...registerRoutes(api), ...loginRoutes(api), ...changePasswordRoutes(api), ...updateProfileRoutes(api)]
}

/** Checks that the email in a request belongs to the API key's user. @throws BillfoldError `user.not-found` */
export async function assertOwnEmail(services: Services, { actor, userId }: KeyCaller, email: string): Promise<void> {
  const own = await isOf(services, actor.tenant, userId, { kind: 'email', value: email })
  if (!own) throw new BillfoldError('user.unknown')
}

function registerRoutes(api: PaymentsApi): readonly Route[] {
  return endpoint(api, {
    id: 'register',
    paths: ['register'],
    summary: 'Register a user',
    guard: api.open,
    limits: [{ by: 'ip', ...api.registrations }],
    fields: {
      email: encrypted(320),
      password: encrypted(128),
      phone_number: encrypted(32),
      imei: plain(64),
      dob: plain(10),
      username: encrypted(128),
      first_name: encrypted(128),
      last_name: encrypted(128),
      address: encrypted(512),
    },
    says: { 'user.exists': 'User already exists' },
    caller: anyCaller,
    handle: async (fields, { actor }) => {
      await register(api.services, actor, {
        email: needed(fields, 'email'),
        password: needed(fields, 'password'),
        phone: needed(fields, 'phone_number'),
        dob: needed(fields, 'dob'),
        username: needed(fields, 'username'),
        firstName: needed(fields, 'first_name'),
        lastName: needed(fields, 'last_name'),
        address: fields.address ?? '',
      })
      return { message: 'User Registered with Lokdon' }
    },
  })
}

function loginRoutes(api: PaymentsApi): readonly Route[] {
  return endpoint(api, {
    id: 'login',
    idempotency: 'none',
    paths: ['/api/auth/login'],
    summary: 'Log in and get an API key for a device',
    guard: api.open,
    limits: [{ by: 'ip', ...api.logins }],
    fields: { email: encrypted(320), password: encrypted(128), appid: plain(64), imei: plain(64) },
    seals: ['email', 'fullname', 'username', 'dateofbirth', 'phone', 'address', 'api-key'],
    caller: anyCaller,
    handle: async (fields, { actor, encrypts }) => {
      const user = await logIn(api, actor, {
        email: needed(fields, 'email'),
        password: needed(fields, 'password'),
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

function changePasswordRoutes(api: PaymentsApi): readonly Route[] {
  return endpoint(api, {
    id: 'changePassword',
    paths: ['/api/auth/changepass'],
    summary: 'Change the password and revoke all other API keys',
    guard: api.byKey,
    fields: { email: encrypted(320), password: encrypted(128), old_password: encrypted(128), appid: plain(64) },
    says: { 'user.unknown': 'User doesnot exist' },
    caller: keyCaller,
    handle: async (fields, caller) => {
      await assertOwnEmail(api.services, caller, needed(fields, 'email'))
      const change = { oldPassword: needed(fields, 'old_password'), password: needed(fields, 'password') }
      await changePassword(api.services, caller.actor, caller.key, change)
      return { message: 'Password Updated Successfully' }
    },
  })
}

function updateProfileRoutes(api: PaymentsApi): readonly Route[] {
  return endpoint(api, {
    id: 'updateProfile',
    paths: ['updateprofile'],
    summary: 'Update name, address, date of birth or proof key',
    guard: api.byKey,
    fields: {
      first_name: encrypted(128),
      last_name: encrypted(128),
      username: encrypted(128),
      email: encrypted(320),
      phone_number: encrypted(32),
      address: encrypted(512),
      dob: encrypted(10),
      proof_key: encrypted(130),
      remove_proof_key: plain(5),
      password: encrypted(128),
    },
    seals: ['first_name', 'last_name', 'username', 'email', 'phone_number', 'address', 'dob'],
    says: { 'user.exists': 'User already exists' },
    caller: keyCaller,
    handle: async (fields, { actor, userId, held }) => {
      const { first_name, last_name, username, email, phone_number, address, dob, proof_key, password } = fields
      const proofKey = fields.remove_proof_key === 'true' ? '' : proof_key
      const names = { firstName: first_name, lastName: last_name, username, address, dob }
      const change = { ...withoutAbsent(names), email, phone: phone_number, proofKey, password }
      await boundedGuess(api.services, actor, ['user.exists'], () => updateProfile(api, actor, userId, change, held))
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

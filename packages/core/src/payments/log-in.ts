import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { decide, update } from '../storage/index.ts'
import { findByIdentifier } from '../users/identifiers.ts'
import { type ApiKeyRow, type Device, endOtherKeys, newApiKey } from './api-keys.ts'
import { assertFitPassword } from './common-passwords.ts'
import { commitHeld, type Held, stillCaller } from './held.ts'
import { type Contacts, contactsOf, openProfile, payee, type Profile } from './people.ts'
import type { Payments } from './settings.ts'
import { typedSecrets } from './tables.ts'
import { hashSecret, stillThatSecret, verifySecret } from './typed-secrets.ts'

/** Result of a login: the new API key and the user's profile. */
export interface LoggedIn extends Contacts, Profile {
  readonly apiKey: string
}

/** Input of `logIn`. */
export interface LogIn extends Device {
  readonly email: string
  readonly password: string
  /** Whether the caller uses field encryption. The key is then valid for encrypted requests only. */
  readonly encrypted: boolean
}

/**
 * Logs a user in with email and password, and creates an API key for the device. It replaces the previous key of that
 * device. An unknown email, a wrong password and a locked password give the same error.
 * @throws BillfoldError `password.incorrect`, `rate.limited`, `server.busy`
 */
export async function logIn(payments: Payments, actor: Actor, input: LogIn): Promise<LoggedIn> {
  const { services } = payments
  const { tenant } = actor
  const known = await findByIdentifier(services, tenant, { kind: 'email', value: input.email })
  const secret = await verifySecret(services, actor, known?.userId, 'password', input.password)
  if (secret === undefined) throw new BillfoldError('password.incorrect')
  const { userId } = secret
  const row = await payee(services, tenant, [{ kind: 'email', value: input.email }])
  if (row === undefined) throw new BillfoldError('password.incorrect')
  const profile = await openProfile(services, row)
  const contacts = await contactsOf(services, userId)
  const preconditions = [stillThatSecret(secret, 'password.incorrect')]
  return decide(async () => {
    const { apiKey, writes } = await newApiKey(payments, tenant, userId, input, input.encrypted)
    const audited = auditRecord({ ...actor, id: userId }, 'payments.logged-in', userId, services.now())
    await commitHeld(services, preconditions, audited, ...writes)
    return { ...contacts, ...profile, apiKey }
  })
}

/**
 * Changes the password of the user and revokes all API keys except the one of this request.
 * @throws BillfoldError `password.incorrect` if the old password is wrong, `password.too-weak`,
 *   `caller.unauthenticated` if the key was revoked meanwhile
 */
export async function changePassword(
  services: Services,
  actor: Actor,
  key: ApiKeyRow,
  input: { readonly oldPassword: string; readonly password: string },
): Promise<void> {
  assertFitPassword(input.password)
  const { userId } = key
  const secret = await verifySecret(services, actor, userId, 'password', input.oldPassword)
  if (secret === undefined) throw new BillfoldError('password.incorrect')
  const phc = await hashSecret(services, input.password, actor.source)
  const replaced = update(typedSecrets, {
    where: { userId, kind: 'password', version: secret.version },
    set: { phc, failures: 0, lockedUntil: 0, lastAttempt: null },
    add: { version: 1 },
  })
  // Lock the other keys before the user, in the same order as operations that use one of those keys.
  const preconditions: readonly Held[] = [
    { write: endOtherKeys(userId, key.id), otherwise: 'caller.unauthenticated' },
    ...stillCaller(key),
    { write: replaced, otherwise: 'password.incorrect' },
  ]
  await commitHeld(services, preconditions, auditRecord(actor, 'payments.password-changed', userId, services.now()))
}

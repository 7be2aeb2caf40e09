import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { decide, update } from '../storage/index.ts'
import { findByIdentifier } from '../users/identifiers.ts'
import { type ApiKeyRow, type Device, endOtherKeys, newApiKey } from './api-keys.ts'
import { assertFitPassword } from './common-passwords.ts'
import { commitHeld, stillCaller } from './held.ts'
import { type Contacts, contactsOf, openProfile, payee, type Profile } from './people.ts'
import type { Payments } from './settings.ts'
import { typedSecrets } from './tables.ts'
import { hashSecret, stillThatSecret, verifySecret } from './typed-secrets.ts'

/** What somebody who logs in gets. */
export interface LoggedIn extends Contacts, Profile {
  readonly apiKey: string
}

/** What somebody who logs in says. */
export interface LogIn extends Device {
  readonly email: string
  readonly password: string
  /** Whether the caller encrypts, and so always must. */
  readonly encrypted: boolean
}

/**
 * Gives a device a new api key for the right email and password; the one that it had stops working. An unknown email, a wrong
 * password and a locked one are told by the same error.
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
  const held = [stillThatSecret(secret, 'password.incorrect')]
  return decide(async () => {
    const { apiKey, writes } = await newApiKey(payments, tenant, userId, input, input.encrypted)
    const done = auditRecord({ ...actor, id: userId }, 'payments.logged-in', userId, services.now())
    await commitHeld(services, held, done, ...writes)
    return { ...contacts, ...profile, apiKey }
  })
}

/**
 * Replaces the password of the key's user; all other keys stop working.
 * @throws BillfoldError `password.incorrect` for a wrong old one, `password.unfit`, `caller.unauthenticated` for a key that was ended
 *   meanwhile
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
  // The other keys first: what is under way with one of them locks it before the user.
  const held = [
    { write: endOtherKeys(userId, key.id), otherwise: 'caller.unauthenticated' },
    ...stillCaller(key),
    { write: replaced, otherwise: 'password.incorrect' },
  ] as const
  await commitHeld(services, held, auditRecord(actor, 'payments.password-changed', userId, services.now()))
}

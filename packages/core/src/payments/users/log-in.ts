import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { retryOnConflict, update } from '../../kernel/storage/index.ts'
import { users } from '../../identity/users/table.ts'
import { listLoginCandidates } from './login-candidates.ts'
import {
  type PaymentApiKeyRow,
  type LoginDevice,
  deleteOtherApiKeys,
  createApiKeyWrites,
} from '../credentials/api-keys.ts'
import { assertPasswordPolicy } from '../credentials/password-policy.ts'
import { commitWithPreconditions, type Precondition, apiKeyStillValid } from '../preconditions.ts'
import { type Contacts, getContacts, getPaymentProfile, openPaymentProfile, type PaymentProfile } from './profiles.ts'
import type { PaymentsContext } from '../settings.ts'
import { paymentCredentials } from '../tables.ts'
import {
  hashPaymentCredential,
  type PaymentCredentialRow,
  paymentCredentialUnchanged,
  verifyPaymentCredential,
} from '../credentials/credentials.ts'

/** Result of a login: the new API key and the user's profile. */
export interface LoginResult extends Contacts, PaymentProfile {
  readonly apiKey: string
}

/** Input of `logIn`. */
export interface LoginInput extends LoginDevice {
  /** The email, or the username. */
  readonly email: string
  readonly password: string
  /** True if the caller uses field encryption. The key is then valid for encrypted requests only. */
  readonly encrypted: boolean
}

/**
 * Logs a user in with email and password, and creates an API key for the device. It replaces the previous key of that
 * device. An unknown email, a wrong password and a locked password give the same error.
 * @throws BillfoldError `password.incorrect`, `rate.limited`, `server.busy`
 */
export async function logIn(payments: PaymentsContext, actor: Actor, input: LoginInput): Promise<LoginResult> {
  const { services } = payments
  const { tenant } = actor
  const secret = await verifyPassword(services, actor, input)
  const { userId } = secret
  const [user] = await services.storage.find(users, { where: { id: userId, tenant, archivedAt: null }, limit: 1 })
  if (user === undefined) throw new BillfoldError('password.incorrect')
  const profile = await openPaymentProfile(services, await getPaymentProfile(services, tenant, userId))
  const contacts = await getContacts(services, userId)
  const preconditions = [paymentCredentialUnchanged(secret, 'password.incorrect')]
  return retryOnConflict(async () => {
    const { apiKey, writes } = await createApiKeyWrites(payments, tenant, userId, input, input.encrypted)
    const audited = auditWrite({ ...actor, id: userId }, 'payments.logged-in', userId, services.now())
    await commitWithPreconditions(services, preconditions, audited, ...writes)
    return { ...contacts, ...profile, apiKey }
  })
}

/**
 * Returns the password that matches, of the users whom the email can mean.
 * @throws BillfoldError `password.incorrect`, `rate.limited`, `server.busy`
 */
async function verifyPassword(services: Services, actor: Actor, input: LoginInput): Promise<PaymentCredentialRow> {
  const candidates = await listLoginCandidates(services, actor.tenant, input)
  // An unknown email takes as long as a known one.
  for (const userId of candidates.length === 0 ? [undefined] : candidates) {
    const secret = await verifyPaymentCredential(services, actor, userId, 'password', input.password)
    if (secret !== undefined) return secret
  }
  throw new BillfoldError('password.incorrect')
}

/**
 * Changes the password of the user and revokes all API keys except the one of this request.
 * @throws BillfoldError `password.incorrect` if the old password is wrong, `password.too-weak`,
 *   `caller.unauthenticated` if the key was revoked meanwhile
 */
export async function changePassword(
  services: Services,
  actor: Actor,
  key: PaymentApiKeyRow,
  input: { readonly oldPassword: string; readonly password: string },
): Promise<void> {
  assertPasswordPolicy(input.password)
  const { userId } = key
  const secret = await verifyPaymentCredential(services, actor, userId, 'password', input.oldPassword)
  if (secret === undefined) throw new BillfoldError('password.incorrect')
  const phc = await hashPaymentCredential(services, input.password, actor.source)
  const replaced = update(paymentCredentials, {
    where: { userId, kind: 'password', version: secret.version },
    set: { phc, failedAttempts: 0, lockedUntil: 0, lastAttemptId: null },
    add: { version: 1 },
  })
  // Lock the other keys before the user, in the same order as operations that use one of those keys.
  const preconditions: readonly Precondition[] = [
    { write: deleteOtherApiKeys(userId, key.id), failureCode: 'caller.unauthenticated' },
    ...apiKeyStillValid(key),
    { write: replaced, failureCode: 'password.incorrect' },
  ]
  await commitWithPreconditions(
    services,
    preconditions,
    auditWrite(actor, 'payments.password-changed', userId, services.now()),
  )
}

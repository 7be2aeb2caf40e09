import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { retryOnConflict, update } from '../../kernel/storage/index.ts'
import { findByIdentifier } from '../../identity/users/identifiers.ts'
import {
  type PaymentApiKeyRow,
  type LoginDevice,
  deleteOtherApiKeys,
  createApiKeyWrites,
} from '../credentials/api-keys.ts'
import { assertPasswordPolicy } from '../credentials/password-policy.ts'
import { commitWithPreconditions, type Precondition, apiKeyStillValid } from '../preconditions.ts'
import { type Contacts, getContacts, openPaymentProfile, findPayee, type PaymentProfile } from './profiles.ts'
import type { PaymentsContext } from '../settings.ts'
import { paymentCredentials } from '../tables.ts'
import {
  hashPaymentCredential,
  paymentCredentialUnchanged,
  verifyPaymentCredential,
} from '../credentials/credentials.ts'

/** Result of a login: the new API key and the user's profile. */
export interface LoginResult extends Contacts, PaymentProfile {
  readonly apiKey: string
}

/** Input of `logIn`. */
export interface LoginInput extends LoginDevice {
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
  const known = await findByIdentifier(services, tenant, { kind: 'email', value: input.email })
  const secret = await verifyPaymentCredential(services, actor, known?.userId, 'password', input.password)
  if (secret === undefined) throw new BillfoldError('password.incorrect')
  const { userId } = secret
  const row = await findPayee(services, tenant, [{ kind: 'email', value: input.email }])
  if (row === undefined) throw new BillfoldError('password.incorrect')
  const profile = await openPaymentProfile(services, row)
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

import { authorizeAct } from '../../platform/acts/authorize-act.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { retryOnConflict, update, type Write } from '../../kernel/storage/index.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { securityNoticeWrites } from '../../identity/security-notices/security-notice.ts'
import { computeAttemptAccount } from '../credentials/attempt-lanes.ts'
import { resetAttemptsWrite } from '../credentials/count-attempt.ts'
import { users } from '../../identity/users/table.ts'
import { listLoginCandidates } from './login-candidates.ts'
import {
  type PaymentApiKeyRow,
  type LoginDevice,
  deleteOtherApiKeys,
  createApiKeyWrites,
  findLiveApiKey,
} from '../credentials/api-keys.ts'
import { assertPasswordPolicy } from '../credentials/password-policy.ts'
import { commitWithPreconditions, type Precondition, apiKeyStillValid } from '../preconditions.ts'
import { type Contacts, getContacts, getPaymentProfile, openPaymentProfile, type PaymentProfile } from './profiles.ts'
import type { PaymentsContext } from '../settings.ts'
import { paymentCredentials } from '../tables.ts'
import {
  hashPaymentPassword,
  type PaymentCredentialRow,
  paymentCredentialUnchanged,
  verifyPaymentCredential,
} from '../credentials/credentials.ts'
import { findSharedSalt } from '../credentials/password-salt.ts'
import { verifyCredentialOfAny } from '../credentials/verify-credential.ts'

/** Result of a login: the new API key and the user's profile. */
export interface LoginResult extends Contacts, PaymentProfile {
  readonly apiKey: string
}

/** Input of `logIn`. */
export interface LoginInput extends LoginDevice {
  /** The email, or the username. */
  readonly email: string
  readonly password: string
  /**
   * An API key that the device still has. If it is valid and the user's own, failed logins of others from the same or any
   * other address cannot lock this caller out.
   */
  readonly apiKey?: string | undefined
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
    const { apiKey, isNewDevice, writes } = await createApiKeyWrites(payments, tenant, userId, input, input.encrypted)
    const counted = await authorizeAct(services, () => ({
      kind: 'login',
      actor,
      userId,
      isKnownDevice: !isNewDevice,
      content: 'payments',
    }))
    const audited = auditWrite({ ...actor, id: userId }, 'payments.logged-in', userId, services.now())
    const notices = isNewDevice ? await newDeviceWrites(services, tenant, userId) : []
    await commitWithPreconditions(services, preconditions, audited, ...writes, ...notices, ...counted)
    return { ...contacts, ...profile, apiKey }
  })
}

/** Marks the caller as a device of the user if it presents a valid API key of that user. Any other key changes nothing. */
function withLiveApiKey(actor: Actor, userId: string | undefined, key: PaymentApiKeyRow | undefined): Actor {
  return key === undefined || key.userId !== userId ? actor : { ...actor, credentialId: key.id }
}

async function newDeviceWrites(services: Services, tenant: string, userId: string): Promise<readonly Write[]> {
  return [
    ...eventWrites(services, tenant, 'payment-device.added', { userId }),
    ...(await securityNoticeWrites(services, { tenant, topic: 'security.new-device', userId })),
  ]
}

/**
 * Returns the password that matches, of the users whom the email can mean.
 * @throws BillfoldError `password.incorrect`, `rate.limited`, `server.busy`
 */
async function verifyPassword(services: Services, actor: Actor, input: LoginInput): Promise<PaymentCredentialRow> {
  const candidates = await listLoginCandidates(services, actor.tenant, input)
  const presented = input.email.normalize('NFKC').toLowerCase()
  const key = input.apiKey === undefined ? undefined : await findLiveApiKey(services, actor.tenant, input.apiKey)
  // An unknown email takes as long as a known one, and one that several claim.
  const userIds = candidates.length === 0 ? [undefined] : candidates
  const secret = await verifyCredentialOfAny(services, actor, {
    candidates: userIds.map((userId) => ({ actor: withLiveApiKey(actor, userId, key), userId })),
    kind: 'password',
    value: input.password,
    presented,
  })
  if (secret === undefined) throw new BillfoldError('password.incorrect')
  return secret
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
  const { userId, tenant } = key
  const secret = await verifyPaymentCredential(services, actor, userId, 'password', input.oldPassword)
  if (secret === undefined) throw new BillfoldError('password.incorrect')
  const sharedSalt = await findSharedSalt(services, tenant, userId)
  const phc = await hashPaymentPassword(services, input.password, actor, sharedSalt)
  const replaced = update(paymentCredentials, {
    where: { userId, kind: 'password', version: secret.version },
    set: { phc },
    add: { version: 1 },
  })
  // Lock the other keys before the user, in the same order as operations that use one of those keys.
  const preconditions: readonly Precondition[] = [
    { write: deleteOtherApiKeys(userId, key.id), failureCode: 'caller.unauthenticated' },
    ...apiKeyStillValid(key),
    { write: replaced, failureCode: 'password.incorrect' },
  ]
  const account = await computeAttemptAccount(services, tenant, { userId, kind: 'password' })
  await commitWithPreconditions(
    services,
    preconditions,
    auditWrite(actor, 'payments.password-changed', userId, services.now()),
    resetAttemptsWrite(account),
    ...eventWrites(services, tenant, 'payment-password.changed', { userId }),
    ...(await securityNoticeWrites(services, { tenant, topic: 'security.password-changed', userId })),
  )
}

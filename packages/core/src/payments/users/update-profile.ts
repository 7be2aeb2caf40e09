import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { secp256k1 } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { retryOnConflict, remove, update, type Write } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import { securityNoticeWrites } from '../../identity/security-notices/security-notice.ts'
import { identifiers } from '../../identity/users/identifier-table.ts'
import { identifierWrite } from '../../identity/users/identifiers.ts'
import { assertBirthDate } from '../dates.ts'
import { cancelPendingPaymentsTo } from '../two-leg/end-payment.ts'
import { commitWithPreconditions, type Precondition } from '../preconditions.ts'
import {
  getContacts,
  getPaymentProfile,
  ownsIdentifier,
  openPaymentProfile,
  type PaymentProfile,
  sealPaymentProfile,
} from './profiles.ts'
import type { PaymentsContext } from '../settings.ts'
import { paymentProfiles } from '../tables.ts'
import { paymentCredentialUnchanged, verifyPaymentCredential } from '../credentials/credentials.ts'

/** Input of `updateProfile`. Absent fields stay unchanged. */
export interface ProfileUpdate extends Partial<PaymentProfile> {
  readonly username?: string | undefined
  /** Must equal the current email (and phone number): they cannot be changed here. */
  readonly email?: string | undefined
  readonly phone?: string | undefined
  /** A secp256k1 public key in hex, or an empty string to remove the key. Requires the password. */
  readonly proofKey?: string | undefined
  readonly password?: string | undefined
}

/**
 * Updates a profile. Email and phone number cannot be changed here, because new ones would be unverified. A new proof
 * key requires the password and cancels the pending payments to this user.
 * @throws BillfoldError `contact.unverified`, `user.exists`, `password.incorrect`, `crypto.invalid-key`,
 *   `date.invalid`, and the failure codes of `preconditions`
 */
export async function updateProfile(
  payments: PaymentsContext,
  actor: Actor,
  userId: string,
  change: ProfileUpdate,
  preconditions: readonly Precondition[] = [],
): Promise<void> {
  const { services } = payments
  await assertContacts(payments, actor, userId, change)
  if (change.dob !== undefined) assertBirthDate(change.dob, services.now())
  const proofKey = change.proofKey === undefined ? undefined : parseProofKey(change.proofKey)
  const passwordUnchanged =
    proofKey === undefined ? [] : [await requirePassword(payments, actor, userId, change.password)]
  const usernameChange =
    change.username === undefined ? [] : await usernameWrites(payments, actor, userId, change.username)
  await retryOnConflict(async () => {
    const row = await getPaymentProfile(services, actor.tenant, userId)
    const before = await openPaymentProfile(services, row)
    const { firstName, lastName, address, dob } = { ...before, ...withoutUndefined(change) }
    const sealedProfile = await sealPaymentProfile(services, actor.tenant, userId, {
      firstName,
      lastName,
      address,
      dob,
    })
    await commitWithPreconditions(
      services,
      [...preconditions, ...passwordUnchanged, ...usernameChange],
      auditWrite(actor, 'payments.profile-updated', userId, services.now()),
      update(paymentProfiles, {
        where: { userId, version: row.version },
        set: { sealedProfile, ...(proofKey !== undefined && { proofKey }) },
        add: { version: 1 },
      }),
      ...eventWrites(services, actor.tenant, 'user.updated', { userId, change: 'profile' }),
      ...(proofKey === undefined ? [] : await proofKeyWrites(services, actor.tenant, userId)),
    )
  })
  if (proofKey !== undefined) await cancelPendingPaymentsTo(payments, actor, userId)
}

async function proofKeyWrites(services: Services, tenant: string, userId: string): Promise<readonly Write[]> {
  return [
    ...eventWrites(services, tenant, 'payment-proof-key.changed', { userId }),
    ...(await securityNoticeWrites(services, { tenant, topic: 'security.proof-key-changed', userId })),
  ]
}

async function assertContacts(
  { services }: PaymentsContext,
  { tenant }: Actor,
  userId: string,
  { email, phone }: ProfileUpdate,
): Promise<void> {
  const same =
    (email === undefined || (await ownsIdentifier(services, tenant, userId, { kind: 'email', value: email }))) &&
    (phone === undefined || (await ownsIdentifier(services, tenant, userId, { kind: 'phone', value: phone })))
  if (!same) throw new BillfoldError('contact.unverified')
}

/** Verifies the password. Returns the precondition that it is unchanged. */
async function requirePassword(
  { services }: PaymentsContext,
  actor: Actor,
  userId: string,
  password: string | undefined,
): Promise<Precondition> {
  const secret =
    password === undefined ? undefined : await verifyPaymentCredential(services, actor, userId, 'password', password)
  if (secret === undefined) throw new BillfoldError('password.incorrect')
  return paymentCredentialUnchanged(secret, 'password.incorrect')
}

/** The writes that replace the username, as preconditions that fail with `user.exists`; none if it is unchanged. */
async function usernameWrites(
  { services }: PaymentsContext,
  { tenant }: Actor,
  userId: string,
  username: string,
): Promise<readonly Precondition[]> {
  const before = await getContacts(services, userId)
  if (before.username === username) return []
  const row = await identifierWrite(services, tenant, userId, { kind: 'username', value: username }, null)
  const failureCode = 'user.exists'
  return [
    { write: remove(identifiers, { where: { userId, kind: 'username' }, expectedRows: 'any' }), failureCode },
    { write: row, failureCode },
  ]
}

/** Parses a public key into its compressed form, hex. An empty string gives null. */
function parseProofKey(text: string): string | null {
  if (text === '') return null
  if (!/^([0-9a-f]{66}|[0-9a-f]{128}|[0-9a-f]{130})$/i.test(text)) throw new BillfoldError('crypto.invalid-key')
  return Buffer.from(secp256k1.parsePublicKey(Buffer.from(text, 'hex'))).toString('hex')
}

function withoutUndefined(change: Partial<PaymentProfile>): Partial<PaymentProfile> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}

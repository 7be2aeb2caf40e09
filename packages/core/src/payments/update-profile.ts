import { type Actor, auditRecord } from '../audit/record.ts'
import { secp256k1 } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import { decide, remove, update } from '../storage/index.ts'
import { identifiers } from '../users/identifier-table.ts'
import { identifierRow } from '../users/identifiers.ts'
import { assertBirthDate } from './dates.ts'
import { cancelPendingTo } from './end-payment.ts'
import { commitHeld, type Held } from './held.ts'
import { contactsOf, findProfile, isOf, openProfile, type Profile, sealProfile } from './people.ts'
import type { Payments } from './settings.ts'
import { paymentProfiles } from './tables.ts'
import { stillThatSecret, verifySecret } from './typed-secrets.ts'

/** Input of `updateProfile`. Absent fields stay unchanged. */
export interface ProfileChange extends Partial<Profile> {
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
  payments: Payments,
  actor: Actor,
  userId: string,
  change: ProfileChange,
  preconditions: readonly Held[] = [],
): Promise<void> {
  const { services } = payments
  await assertContacts(payments, actor, userId, change)
  if (change.dob !== undefined) assertBirthDate(change.dob, services.now())
  const proofKey = change.proofKey === undefined ? undefined : parseProofKey(change.proofKey)
  const passwordUnchanged =
    proofKey === undefined ? [] : [await requirePassword(payments, actor, userId, change.password)]
  const usernameChange =
    change.username === undefined ? [] : await usernameWrites(payments, actor, userId, change.username)
  await decide(async () => {
    const row = await findProfile(services, actor.tenant, userId)
    const before = await openProfile(services, row)
    const { firstName, lastName, address, dob } = { ...before, ...withoutUndefined(change) }
    const sealedProfile = await sealProfile(services, actor.tenant, userId, { firstName, lastName, address, dob })
    await commitHeld(
      services,
      [...preconditions, ...passwordUnchanged, ...usernameChange],
      auditRecord(actor, 'payments.profile-updated', userId, services.now()),
      update(paymentProfiles, {
        where: { userId, version: row.version },
        set: { sealedProfile, ...(proofKey !== undefined && { proofKey }) },
        add: { version: 1 },
      }),
      ...eventWrites(services, actor.tenant, 'user.changed', { userId, what: 'profile' }),
    )
  })
  if (proofKey !== undefined) await cancelPendingTo(payments, actor, userId)
}

async function assertContacts(
  { services }: Payments,
  { tenant }: Actor,
  userId: string,
  { email, phone }: ProfileChange,
): Promise<void> {
  const same =
    (email === undefined || (await isOf(services, tenant, userId, { kind: 'email', value: email }))) &&
    (phone === undefined || (await isOf(services, tenant, userId, { kind: 'phone', value: phone })))
  if (!same) throw new BillfoldError('contact.unverified')
}

/** Verifies the password. Returns the precondition that it is unchanged. */
async function requirePassword(
  { services }: Payments,
  actor: Actor,
  userId: string,
  password: string | undefined,
): Promise<Held> {
  const secret = password === undefined ? undefined : await verifySecret(services, actor, userId, 'password', password)
  if (secret === undefined) throw new BillfoldError('password.incorrect')
  return stillThatSecret(secret, 'password.incorrect')
}

/** The writes that replace the username, as preconditions that fail with `user.exists`; none if it is unchanged. */
async function usernameWrites(
  { services }: Payments,
  { tenant }: Actor,
  userId: string,
  username: string,
): Promise<readonly Held[]> {
  const before = await contactsOf(services, userId)
  if (before.username === username) return []
  const row = await identifierRow(services, tenant, userId, { kind: 'username', value: username }, null)
  const otherwise = 'user.exists'
  return [
    { write: remove(identifiers, { where: { userId, kind: 'username' }, hits: 'any' }), otherwise },
    { write: row, otherwise },
  ]
}

/** Parses a public key into its compressed form, hex. An empty string gives null. */
function parseProofKey(text: string): string | null {
  if (text === '') return null
  if (!/^([0-9a-f]{66}|[0-9a-f]{128}|[0-9a-f]{130})$/i.test(text)) throw new BillfoldError('crypto.invalid-key')
  return Buffer.from(secp256k1.parsePublicKey(Buffer.from(text, 'hex'))).toString('hex')
}

function withoutUndefined(change: Partial<Profile>): Partial<Profile> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}

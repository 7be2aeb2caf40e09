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

/** What a user changes; what is absent stays. */
export interface ProfileChange extends Partial<Profile> {
  readonly username?: string | undefined
  /** Must be what they are. */
  readonly email?: string | undefined
  readonly phone?: string | undefined
  /** A secp256k1 public key, hex, or an empty text to have none; with the password. */
  readonly proofKey?: string | undefined
  readonly password?: string | undefined
}

/**
 * Changes a profile. Email and phone cannot be changed here, since nobody has verified the new ones. A change of the proof key
 * needs the password and cancels the payments that are under way to this user.
 * @throws BillfoldError `contact.unverified`, `user.exists`, `password.incorrect`, `crypto.invalid-key`, `date.invalid`, and
 *   what `held` says
 */
export async function updateProfile(
  payments: Payments,
  actor: Actor,
  userId: string,
  change: ProfileChange,
  held: readonly Held[] = [],
): Promise<void> {
  const { services } = payments
  await assertContacts(payments, actor, userId, change)
  if (change.dob !== undefined) assertBirthDate(change.dob, services.now())
  const proofKey = change.proofKey === undefined ? undefined : parseProofKey(change.proofKey)
  const proof = proofKey === undefined ? [] : [await proven(payments, actor, userId, change.password)]
  const renaming = change.username === undefined ? [] : await rename(payments, actor, userId, change.username)
  await decide(async () => {
    const row = await findProfile(services, actor.tenant, userId)
    const before = await openProfile(services, row)
    const { firstName, lastName, address, dob } = { ...before, ...withoutUndefined(change) }
    const sealedProfile = await sealProfile(services, actor.tenant, userId, { firstName, lastName, address, dob })
    await commitHeld(
      services,
      [...held, ...proof, ...renaming],
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

/** The password is right, and the act is held to it. */
async function proven(
  { services }: Payments,
  actor: Actor,
  userId: string,
  password: string | undefined,
): Promise<Held> {
  const secret = password === undefined ? undefined : await verifySecret(services, actor, userId, 'password', password)
  if (secret === undefined) throw new BillfoldError('password.incorrect')
  return stillThatSecret(secret, 'password.incorrect')
}

/** Another username, which must be nobody's; nothing where it is the same. */
async function rename(
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

/** A key in its compressed form, hex; null for an empty text. */
function parseProofKey(text: string): string | null {
  if (text === '') return null
  if (!/^([0-9a-f]{66}|[0-9a-f]{128}|[0-9a-f]{130})$/i.test(text)) throw new BillfoldError('crypto.invalid-key')
  return Buffer.from(secp256k1.parsePublicKey(Buffer.from(text, 'hex'))).toString('hex')
}

function withoutUndefined(change: Partial<Profile>): Partial<Profile> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}

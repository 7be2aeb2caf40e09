import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import { outboxWrite } from '../../platform/outbox/index.ts'
import type { Services } from '../../platform/services.ts'
import { batch, insert, isCommitError, type Write } from '../../kernel/storage/index.ts'
import { claimedContactWrites } from '../../identity/users/contacts/contact-codes.ts'
import { computeIdentifierBlindIndex, identifierWrite, listByIdentifiers } from '../../identity/users/identifiers.ts'
import { users } from '../../identity/users/table.ts'
import { assertPasswordPolicy } from '../credentials/password-policy.ts'
import { assertBirthDate } from '../dates.ts'
import { type Contacts, type PaymentProfile, sealPaymentProfile } from './profiles.ts'
import { paymentProfiles, paymentCredentials } from '../tables.ts'
import { hashPaymentPassword } from '../credentials/credentials.ts'
import { computeSharedSalt } from '../credentials/password-salt.ts'

/** Input of `registerPaymentUser`. */
export interface RegistrationInput extends Contacts, PaymentProfile {
  readonly password: string
  /** `host` if the host has verified email and phone number. Default: they are unverified claims. */
  readonly contactsVerifiedBy?: 'host'
}

/**
 * Registers a user. The username must be unused, and nobody may have verified the email or the phone number. Unless the
 * host has verified them, they are claims that collide with nobody, and the notifier sends a code to each.
 * @throws BillfoldError `user.exists`, `password.too-weak`, `input.invalid`, `server.busy`
 */
export async function registerPaymentUser(
  services: Services,
  actor: Actor,
  input: RegistrationInput,
): Promise<{ readonly userId: string }> {
  const { tenant } = actor
  const userId = newId()
  const createdAt = services.now()
  assertPasswordPolicy(input.password)
  assertBirthDate(input.dob, createdAt)
  const { firstName, lastName, address, dob, email, phone } = input
  const identifiers = await identifierWrites(services, actor, userId, input)
  const emailIndex = await computeIdentifierBlindIndex(services, tenant, { kind: 'email', value: email })
  const sharedSalt = await computeSharedSalt(services, tenant, emailIndex)
  const phc = await hashPaymentPassword(services, input.password, actor, sharedSalt)
  const sealedProfile = await sealPaymentProfile(services, tenant, userId, { firstName, lastName, address, dob })
  const message = { tenant, topic: 'payments.registered', subject: userId, userId, payload: { userId, email, phone } }
  try {
    await services.storage.commit(
      batch(
        ...identifiers,
        insert(users, { id: userId, tenant, reference: null, origin: 'registration', createdAt, archivedAt: null }),
        insert(paymentProfiles, {
          userId,
          tenant,
          sealedProfile,
          proofKey: null,
          pendingPayments: 0,
          pendingTransactions: 0,
          version: 1,
          createdAt,
        }),
        insert(paymentCredentials, {
          userId,
          kind: 'password',
          tenant,
          phc,
          sealedM3: null,
          version: 1,
        }),
        await outboxWrite(services, message),
        auditWrite(actor, 'payments.registered', userId, createdAt),
        ...eventWrites(services, tenant, 'user.created', { userId, by: 'registration' }),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('user.exists', { cause: error })
    throw error
  }
  return { userId }
}

/** The writes of username, email and phone number. @throws BillfoldError `user.exists`, `input.invalid` */
async function identifierWrites(
  services: Services,
  actor: Actor,
  userId: string,
  { email, phone, username, contactsVerifiedBy }: RegistrationInput,
): Promise<readonly Write[]> {
  const { tenant } = actor
  const contacts = [
    { kind: 'email', value: email },
    { kind: 'phone', value: phone },
  ] as const
  const name = await identifierWrite(services, tenant, userId, { kind: 'username', value: username }, null)
  if ((await listByIdentifiers(services, tenant, contacts)).length > 0) throw new BillfoldError('user.exists')
  const contactWrites = contacts.map(async (contact) =>
    contactsVerifiedBy === undefined
      ? claimedContactWrites(services, actor, userId, contact)
      : [await identifierWrite(services, tenant, userId, contact, contactsVerifiedBy)],
  )
  return [name, ...(await Promise.all(contactWrites)).flat()]
}

import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import { outboxMessage } from '../outbox/index.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError } from '../storage/index.ts'
import { identifierRow } from '../users/identifiers.ts'
import { users } from '../users/table.ts'
import { assertFitPassword } from './common-passwords.ts'
import { assertBirthDate } from './dates.ts'
import { type Contacts, type Profile, sealProfile } from './people.ts'
import { paymentProfiles, typedSecrets } from './tables.ts'
import { hashSecret } from './typed-secrets.ts'

/** Input of `registerPaymentUser`. */
export interface Registration extends Contacts, Profile {
  readonly password: string
}

/**
 * Registers a user. Email, phone number and username must be unused; all three are unverified claims.
 * @throws BillfoldError `user.exists`, `password.too-weak`, `input.invalid`, `server.busy`
 */
export async function register(
  services: Services,
  actor: Actor,
  input: Registration,
): Promise<{ readonly userId: string }> {
  const { tenant } = actor
  const userId = newId()
  const createdAt = services.now()
  assertFitPassword(input.password)
  assertBirthDate(input.dob, createdAt)
  const { firstName, lastName, address, dob, email, phone, username } = input
  const identifierRows = await Promise.all([
    identifierRow(services, tenant, userId, { kind: 'email', value: email }, null),
    identifierRow(services, tenant, userId, { kind: 'phone', value: phone }, null),
    identifierRow(services, tenant, userId, { kind: 'username', value: username }, null),
  ])
  const phc = await hashSecret(services, input.password, actor.source)
  const sealedProfile = await sealProfile(services, tenant, userId, { firstName, lastName, address, dob })
  const message = { tenant, topic: 'payments.registered', subject: userId, userId, payload: { userId, email, phone } }
  try {
    await services.storage.commit(
      batch(
        ...identifierRows,
        insert(users, { id: userId, tenant, reference: null, createdAt, archivedAt: null }),
        insert(paymentProfiles, {
          userId,
          tenant,
          sealedProfile,
          proofKey: null,
          pendingPayments: 0,
          version: 1,
          createdAt,
        }),
        insert(typedSecrets, {
          userId,
          kind: 'password',
          tenant,
          phc,
          sealedPart: null,
          failures: 0,
          lockedUntil: 0,
          lastAttempt: null,
          version: 1,
        }),
        await outboxMessage(services, message),
        auditRecord(actor, 'payments.registered', userId, createdAt),
        ...eventWrites(services, tenant, 'user.created', { userId, by: 'registration' }),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('user.exists', { cause: error })
    throw error
  }
  return { userId }
}

import { type Actor, auditRecord } from '../audit/record.ts'
import { type Place, seal, unseal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { check, decide, insert, isCommitError, update } from '../storage/index.ts'
import { commitHeld, type Held } from './held.ts'
import { payments as paymentTable, typedSecrets } from './tables.ts'
import { hashSecret, stillThatSecret, verifySecret } from './typed-secrets.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/**
 * Length of a lock PIN in characters. Its last part (M3, 8 characters) can be disclosed to the receiver of a payment.
 */
const lockPinLength = 19
const m3Length = 8

/** Authorization to replace an existing PIN: the old PIN or the password. */
export interface PinAuthority {
  readonly oldPin?: string | undefined
  readonly password?: string | undefined
}

/**
 * Sets the payment PIN of a user: a lock PIN of 19 characters, or a plain PIN of 4 to 18. Replacing a PIN requires
 * the old PIN or the password. The PIN is stored as a password hash; the last 8 characters of a lock PIN are sealed
 * in addition.
 * @throws BillfoldError `pin.invalid-format`, `pin.authorization-required`, and the failure codes of `preconditions`
 */
export async function setPin(
  services: Services,
  actor: Actor,
  userId: string,
  pin: string,
  changeAuthorization: PinAuthority,
  preconditions: readonly Held[] = [],
): Promise<void> {
  const characters = [...pin]
  if (characters.length < 4 || characters.length > lockPinLength) throw new BillfoldError('pin.unfit')
  const { tenant } = actor
  const [before] = await services.storage.find(typedSecrets, { where: { userId, kind: 'pin' }, limit: 1 })
  const authorization =
    before === undefined ? [] : [await authorizePinChange(services, actor, userId, changeAuthorization)]
  const phc = await hashSecret(services, pin, actor.source)
  const m3 = characters.length === lockPinLength ? characters.slice(-m3Length).join('') : undefined
  const sealedPart =
    m3 === undefined
      ? null
      : await seal(services.keyring, new TextEncoder().encode(m3), encryptionContext(tenant, userId))
  const write =
    before === undefined
      ? insert(typedSecrets, {
          userId,
          kind: 'pin',
          tenant,
          phc,
          sealedPart,
          failures: 0,
          lockedUntil: 0,
          lastAttempt: null,
          version: 1,
        })
      : update(typedSecrets, {
          where: { userId, kind: 'pin', version: before.version },
          set: { phc, sealedPart, failures: 0, lockedUntil: 0, lastAttempt: null },
          add: { version: 1 },
        })
  try {
    const audited = auditRecord(actor, 'payments.pin-set', userId, services.now())
    await commitHeld(services, [...preconditions, ...authorization], audited, write)
  } catch (error) {
    // The PIN was set concurrently: replacing it needs its own authorization.
    if (isCommitError(error)) throw new BillfoldError('pin.authority-required', { cause: error })
    throw error
  }
}

async function authorizePinChange(
  services: Services,
  actor: Actor,
  userId: string,
  { oldPin, password }: PinAuthority,
): Promise<Held> {
  const credential =
    password !== undefined
      ? await verifySecret(services, actor, userId, 'password', password)
      : oldPin !== undefined
        ? await verifySecret(services, actor, userId, 'pin', oldPin)
        : undefined
  if (credential === undefined) throw new BillfoldError('pin.authority-required')
  return stillThatSecret(credential, 'pin.authority-required')
}

/**
 * Verifies a user's payment PIN. A missing, a wrong and a locked PIN give the same error.
 * @returns the precondition that the PIN is unchanged
 * @throws BillfoldError `pin.incorrect`
 */
export async function checkPin(services: Services, actor: Actor, userId: string, pin: string): Promise<Held> {
  const secret = await verifySecret(services, actor, userId, 'pin', pin)
  if (secret === undefined) throw new BillfoldError('pin.incorrect')
  return stillThatSecret(secret, 'pin.incorrect')
}

/**
 * Discloses the last part (M3) of a sender's lock PIN to the receiver of a pending payment, and records that in the
 * audit log.
 * @throws BillfoldError `payment.not-found` if there is no such payment or the sender has no lock PIN; the failure
 *   codes of `preconditions`
 */
export async function m3PartFor(
  services: Services,
  actor: Actor,
  receiverId: string,
  senderId: string | undefined,
  preconditions: readonly Held[] = [],
): Promise<string> {
  if (senderId === undefined) throw new BillfoldError('payment.unknown')
  const { tenant } = actor
  return decide(async () => {
    const now = services.now()
    const [pending] = await services.storage.find(paymentTable, {
      where: { receiverId, senderId, tenant, state: 'pending', expiresAt: { gt: now } },
      limit: 1,
    })
    const [secret] = await services.storage.find(typedSecrets, { where: { userId: senderId, kind: 'pin' }, limit: 1 })
    if (pending === undefined || secret === undefined || secret.sealedPart === null)
      throw new BillfoldError('payment.unknown')
    const plain = await unseal(services.keyring, secret.sealedPart, encryptionContext(tenant, senderId))
    await commitHeld(
      services,
      preconditions,
      auditRecord(actor, 'payments.m3-shown', senderId, now, { payment: pending.id }),
      check(paymentTable, { where: { id: pending.id, state: 'pending' } }),
      stillThatSecret(secret, 'payment.unknown').write,
    )
    return new TextDecoder().decode(plain)
  })
}

function encryptionContext(tenant: string, userId: string): Place {
  return { tenant, table: typedSecrets.name, row: `${userId}:pin`, field: 'm3' }
}

/** The column that key rotation re-encrypts. */
export const sealedLockPins = sealedColumn(typedSecrets, 'sealedPart', ({ tenant, userId }) =>
  encryptionContext(tenant, userId),
)

import { type Actor, auditRecord } from '../audit/record.ts'
import { type Place, seal, unseal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { check, decide, insert, isCommitError, update } from '../storage/index.ts'
import { commitHeld, type Held } from './held.ts'
import { payments as paymentTable, typedSecrets } from './tables.ts'
import { hashSecret, stillThatSecret, verifySecret } from './typed-secrets.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** Characters of a lock PIN, and of its last part, which the receiver of a payment may ask for. */
const lockPinLength = 19
const m3Length = 8

/** What allows a user to replace a PIN. */
export interface PinAuthority {
  readonly oldPin?: string | undefined
  readonly password?: string | undefined
}

/**
 * Sets a user's PIN: a lock PIN of 19 characters, or a plain one of 4 to 18. Over an existing one the old PIN or the password is
 * needed. It is kept as a slow hash; of a lock PIN the last 8 characters are sealed beside it.
 * @throws BillfoldError `pin.unfit`, `pin.authority-required`, and what `held` says
 */
export async function setPin(
  services: Services,
  actor: Actor,
  userId: string,
  pin: string,
  authority: PinAuthority,
  held: readonly Held[] = [],
): Promise<void> {
  const characters = [...pin]
  if (characters.length < 4 || characters.length > lockPinLength) throw new BillfoldError('pin.unfit')
  const { tenant } = actor
  const [before] = await services.storage.find(typedSecrets, { where: { userId, kind: 'pin' }, limit: 1 })
  const proven = before === undefined ? [] : [await authorityOf(services, actor, userId, authority)]
  const phc = await hashSecret(services, pin, actor.source)
  const m3 = characters.length === lockPinLength ? characters.slice(-m3Length).join('') : undefined
  const sealedPart =
    m3 === undefined ? null : await seal(services.keyring, new TextEncoder().encode(m3), place(tenant, userId))
  const fresh = { phc, sealedPart, failures: 0, lockedUntil: 0, lastAttempt: null }
  const write =
    before === undefined
      ? insert(typedSecrets, { ...fresh, userId, kind: 'pin', tenant, version: 1 })
      : update(typedSecrets, {
          where: { userId, kind: 'pin', version: before.version },
          set: fresh,
          add: { version: 1 },
        })
  try {
    const audited = auditRecord(actor, 'payments.pin-set', userId, services.now())
    await commitHeld(services, [...held, ...proven], audited, write)
  } catch (error) {
    // Somebody else has set the PIN meanwhile: this needs an authority of its own.
    if (isCommitError(error)) throw new BillfoldError('pin.authority-required', { cause: error })
    throw error
  }
}

async function authorityOf(
  services: Services,
  actor: Actor,
  userId: string,
  { oldPin, password }: PinAuthority,
): Promise<Held> {
  const proven =
    password !== undefined
      ? await verifySecret(services, actor, userId, 'password', password)
      : oldPin !== undefined
        ? await verifySecret(services, actor, userId, 'pin', oldPin)
        : undefined
  if (proven === undefined) throw new BillfoldError('pin.authority-required')
  return stillThatSecret(proven, 'pin.authority-required')
}

/**
 * Whether this is the user's PIN. No PIN, a wrong one and a locked one are told by the same error.
 * @returns what holds an act to that PIN
 * @throws BillfoldError `pin.incorrect`
 */
export async function checkPin(services: Services, actor: Actor, userId: string, pin: string): Promise<Held> {
  const secret = await verifySecret(services, actor, userId, 'pin', pin)
  if (secret === undefined) throw new BillfoldError('pin.incorrect')
  return stillThatSecret(secret, 'pin.incorrect')
}

/**
 * The last part of a sender's lock PIN, for somebody whom the sender has a payment under way to.
 * @throws BillfoldError `payment.unknown` where there is none, and where the sender set no lock PIN; what `held` says
 */
export async function m3PartFor(
  services: Services,
  actor: Actor,
  receiverId: string,
  senderId: string | undefined,
  held: readonly Held[] = [],
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
    const plain = await unseal(services.keyring, secret.sealedPart, place(tenant, senderId))
    await commitHeld(
      services,
      held,
      auditRecord(actor, 'payments.m3-shown', senderId, now, { payment: pending.id }),
      check(paymentTable, { where: { id: pending.id, state: 'pending' } }),
      stillThatSecret(secret, 'payment.unknown').write,
    )
    return new TextDecoder().decode(plain)
  })
}

function place(tenant: string, userId: string): Place {
  return { tenant, table: typedSecrets.name, row: `${userId}:pin`, field: 'm3' }
}

/** What the keyring seals here. */
export const sealedLockPins = sealedColumn(typedSecrets, 'sealedPart', ({ tenant, userId }) => place(tenant, userId))

import type { Actor } from '../../platform/audit/audit-write.ts'
import { formatPhc } from '../../kernel/crypto/index.ts'
import type { ErrorCode } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { check, type RowOf } from '../../kernel/storage/index.ts'
import type { Precondition } from '../preconditions.ts'
import { paymentCredentials } from '../tables.ts'
import type { PaymentCredentialKind } from './attempt-lanes.ts'
import { createPasswordSalt, slowSaltOf, toOwnHash } from './password-salt.ts'
import { verifyCredentialOfAny } from './verify-credential.ts'

/** A row of `payment_credentials`. */
export type PaymentCredentialRow = RowOf<typeof paymentCredentials>

/**
 * Hashes a PIN for storage, in PHC string format with the current pepper. @throws BillfoldError `server.busy`
 */
export async function hashPaymentPin(
  { passwordHasher, keyring }: Services,
  value: string,
  requester: Pick<Actor, 'source' | 'isAnonymous'>,
): Promise<string> {
  const keyId = keyring.currentKeyId
  const pepper = await keyring.derive(keyId, 'pepper')
  const { source, isAnonymous } = requester
  return passwordHasher.hash(value, { pepper, keyId, source, isAnonymous })
}

/**
 * Hashes a password for storage, as {@link hashPaymentPin} does.
 * @param sharedSalt the salt of the email, see `computeSharedSalt`
 * @throws BillfoldError `server.busy`
 */
export async function hashPaymentPassword(
  { passwordHasher, keyring }: Services,
  value: string,
  { source, isAnonymous }: Pick<Actor, 'source' | 'isAnonymous'>,
  sharedSalt: Uint8Array,
): Promise<string> {
  const keyId = keyring.currentKeyId
  const pepper = await keyring.derive(keyId, 'pepper')
  const { cost } = passwordHasher
  const salt = createPasswordSalt(sharedSalt)
  const slowHash = await passwordHasher.derive(value, { pepper, salt: slowSaltOf(salt), cost, source, isAnonymous })
  return formatPhc({ cost, keyId, salt, hash: toOwnHash(slowHash, salt) })
}

/**
 * Verifies a user's password or PIN, as {@link verifyCredentialOfAny} does for several users.
 * @param presented what an unknown user was looked up by, normalized; attempts at it are counted as for a known user
 * @returns the row if the value is correct, otherwise undefined
 * @throws BillfoldError `rate.limited` after too many failed attempts of one caller, `server.busy`
 */
export function verifyPaymentCredential(
  services: Services,
  actor: Actor,
  userId: string | undefined,
  kind: PaymentCredentialKind,
  value: string,
  presented?: string,
): Promise<PaymentCredentialRow | undefined> {
  return verifyCredentialOfAny(services, actor, { candidates: [{ actor, userId }], kind, value, presented })
}

/** Precondition: the verified value has not been replaced. */
export function paymentCredentialUnchanged(
  { userId, kind, version }: PaymentCredentialRow,
  failureCode: ErrorCode,
): Precondition {
  return { write: check(paymentCredentials, { where: { userId, kind, version } }), failureCode }
}

import { createHmac, randomBytes } from 'node:crypto'
import type { Services } from '../../platform/services.ts'
import { listIdentifiers } from '../../identity/users/identifiers.ts'

/*
 * Several users may claim one email, and a login compares the passwords of all. With a salt of their own for each, the time would tell
 * how many they are, and a stranger would make the host hash several times. So the salt of the slow hash is that of the email, and what
 * makes the stored hash the user's own is a keyed hash after it: equal passwords still have different hashes in the database.
 */

const partBytes = 16

/** Computes the salt that the passwords of an email share. It is secret, since the blind index is keyed. */
export async function computeSharedSalt(
  { blindIndex }: Pick<Services, 'blindIndex'>,
  tenant: string,
  emailIndex: string,
): Promise<Uint8Array> {
  const hash = await blindIndex.hash('payments:password-salt', tenant, emailIndex)
  return Uint8Array.from(Buffer.from(hash, 'base64url').subarray(0, partBytes))
}

/** Returns the salt that the passwords of a user's email share; a random one for a user without an email. */
export async function findSharedSalt(services: Services, tenant: string, userId: string): Promise<Uint8Array> {
  const email = (await listIdentifiers(services, userId)).find(({ kind }) => kind === 'email')
  if (email === undefined) return Uint8Array.from(randomBytes(partBytes))
  return computeSharedSalt(services, tenant, email.claimIndex ?? email.blindIndex)
}

/** Creates the salt of one user: the shared part, then random bytes. */
export function createPasswordSalt(shared: Uint8Array): Uint8Array {
  return Uint8Array.from(Buffer.concat([shared, randomBytes(partBytes)]))
}

/** Returns the part of a salt that the slow hash takes: of a PIN and of passwords of earlier versions, all of it. */
export function slowSaltOf(salt: Uint8Array): Uint8Array {
  return hasOwnPart(salt) ? salt.subarray(0, partBytes) : salt
}

/** Makes the slow hash of a value the user's own. */
export function toOwnHash(slowHash: Uint8Array, salt: Uint8Array): Uint8Array {
  if (!hasOwnPart(salt)) return slowHash
  return Uint8Array.from(createHmac('sha256', slowHash).update(salt.subarray(partBytes)).digest())
}

function hasOwnPart(salt: Uint8Array): boolean {
  return salt.length === 2 * partBytes
}

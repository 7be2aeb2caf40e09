import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { BillfoldError } from '../errors.ts'
import { isKeyId, type Keyring } from './keyring.ts'
import { lengthPrefixed } from './length-prefixed.ts'
import type { Place } from './place.ts'

// A sealed value is header ‖ salt ‖ ciphertext ‖ tag. The header is 01 ‖ length of the key id ‖ key id for a value
// sealed under a keyring, and 02 for one sealed under a key of its own. AES-256-GCM with a key that is derived for this
// one value from the salt: since no key is used twice, the nonce can be constant, and no number of values is too many.
const underKeyring = 1
const underKey = 2
const keyBytes = 32
const saltBytes = 24
const tagBytes = 16
const nonce = Buffer.alloc(12)

/** How many bytes a value sealed under the keyring is longer than its plaintext, at most. */
export const sealOverheadBytes = 2 + 32 + saltBytes + tagBytes

/**
 * Seals a value under the current key of a keyring, to be opened at this place alone. At most
 * {@link sealOverheadBytes} bytes longer than the plaintext.
 * @throws BillfoldError of the keyring
 */
export async function seal(keyring: Keyring, plaintext: Uint8Array, place: Place): Promise<Uint8Array> {
  const keyId = keyring.currentKeyId
  return encrypt(await keyring.derive(keyId, 'seal'), sealedPrefix(keyId), plaintext, place)
}

/**
 * Opens what {@link seal} sealed.
 * @throws BillfoldError `sealed.invalid` for anything that was not sealed under the keyring at this place;
 *   `keyring.unknown-key` when the key has left the keyring
 */
export async function unseal(keyring: Keyring, sealed: Uint8Array, place: Place): Promise<Uint8Array> {
  const keyId = sealedWith(sealed)
  return decrypt(await keyring.derive(keyId, 'seal'), sealed, 2 + keyId.length, place)
}

/**
 * The id of the key that a value was sealed under, read from its header, to find what has yet to be sealed again under
 * the current one. Only opening the value proves it.
 * @throws BillfoldError `sealed.invalid`
 */
export function sealedWith(sealed: Uint8Array): string {
  const length = sealed[0] === underKeyring ? sealed[1] : undefined
  if (length === undefined) throw new BillfoldError('sealed.invalid')
  const keyId = Buffer.from(sealed.subarray(2, 2 + length)).toString('latin1')
  if (keyId.length !== length || !isKeyId(keyId)) throw new BillfoldError('sealed.invalid')
  return keyId
}

/** What every value that is sealed under this key of a keyring begins with, and no other. */
export function sealedPrefix(keyId: string): Uint8Array {
  return Uint8Array.from([underKeyring, keyId.length, ...Buffer.from(keyId, 'latin1')])
}

/** The first bytes of a value sealed under a keyring, which no other value has: they end with its random salt. @throws BillfoldError `sealed.invalid` */
export function sealedIdentity(sealed: Uint8Array): Uint8Array {
  return sealed.subarray(0, sealedPrefix(sealedWith(sealed)).length + saltBytes)
}

/**
 * Seals a value under a key of 32 bytes, such as a user's master secret, to be opened at this place alone. 41 bytes
 * longer than the plaintext.
 */
export function sealUnder(key: Uint8Array, plaintext: Uint8Array, place: Place): Uint8Array {
  return encrypt(key, Buffer.of(underKey), plaintext, place)
}

/**
 * Opens what {@link sealUnder} sealed.
 * @throws BillfoldError `sealed.invalid` for another key, another place, or anything that was not sealed so
 */
export function unsealUnder(key: Uint8Array, sealed: Uint8Array, place: Place): Uint8Array {
  if (sealed[0] !== underKey) throw new BillfoldError('sealed.invalid')
  return decrypt(key, sealed, 1, place)
}

function encrypt(key: Uint8Array, header: Uint8Array, plaintext: Uint8Array, place: Place): Uint8Array {
  const salt = randomBytes(saltBytes)
  const cipher = createCipheriv('aes-256-gcm', valueKey(key, salt), nonce, { authTagLength: tagBytes })
  cipher.setAAD(authenticated(header, place))
  return Uint8Array.from(Buffer.concat([header, salt, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]))
}

function decrypt(key: Uint8Array, sealed: Uint8Array, headerBytes: number, place: Place): Uint8Array {
  const body = headerBytes + saltBytes
  const end = sealed.length - tagBytes
  if (end < body) throw new BillfoldError('sealed.invalid')
  const salt = sealed.subarray(headerBytes, body)
  const decipher = createDecipheriv('aes-256-gcm', valueKey(key, salt), nonce, { authTagLength: tagBytes })
  decipher.setAAD(authenticated(sealed.subarray(0, headerBytes), place))
  decipher.setAuthTag(sealed.subarray(end))
  const plaintext = decipher.update(sealed.subarray(body, end))
  try {
    decipher.final()
  } catch {
    throw new BillfoldError('sealed.invalid')
  }
  return Uint8Array.from(plaintext)
}

function valueKey(key: Uint8Array, salt: Uint8Array): Uint8Array {
  if (key.length !== keyBytes) throw new RangeError(`A key to seal under has ${keyBytes} bytes`)
  return new Uint8Array(hkdfSync('sha256', key, salt, 'billfold sealed value', keyBytes))
}

function authenticated(header: Uint8Array, { tenant, table, row, field }: Place): Uint8Array {
  return Buffer.concat([header, lengthPrefixed([tenant, table, row, field])])
}

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { BillfoldError } from '../errors.ts'
import { isKeyId, type Keyring } from './keyring.ts'
import { encodeLengthPrefixed } from './length-prefixed.ts'

/**
 * Identifies where a sealed value is stored. It is authenticated with the value as associated data (AEAD), so that a value
 * copied to another row or field cannot be opened there.
 */
export interface EncryptionContext {
  readonly tenant: string
  readonly table: string
  /** The id of the row. */
  readonly row: string
  readonly field: string
}

// Format of a sealed value: header ‖ salt ‖ ciphertext ‖ tag. The header is 01 ‖ length of the key id ‖ key id for a value
// sealed with a keyring, and 02 for a value sealed with a key of its own. The cipher is AES-256-GCM with a key derived for
// each value from its salt. No key encrypts twice, so a constant nonce is safe for any number of values.
const withKeyring = 1
const withKey = 2
const keyBytes = 32
const saltBytes = 24
const tagBytes = 16
const nonce = Buffer.alloc(12)

/** Maximum number of bytes that {@link seal} adds to the plaintext. */
export const sealOverheadBytes = 2 + 32 + saltBytes + tagBytes

/**
 * Seals a value with the current key of a keyring (authenticated encryption, AES-256-GCM).
 *
 * @param plaintext the value
 * @param context where the value will be stored; {@link open} needs the same
 * @returns the sealed value, at most {@link sealOverheadBytes} longer than the plaintext
 * @throws BillfoldError as `keyring.derive` does
 *
 * @example
 * ```ts
 * import { localKeyring, newKey } from '@billfold/core'
 * import { open, seal } from '@billfold/core/crypto'
 *
 * const keyring = localKeyring({ keys: { '2026a': newKey() }, currentKeyId: '2026a' })
 * const context = { tenant: 'default', table: 'coupons', row: '42', field: 'code' }
 * const sealed = await seal(keyring, Buffer.from('SPRING'), context)
 * console.log(Buffer.from(await open(keyring, sealed, context)).toString())
 * ```
 */
export async function seal(keyring: Keyring, plaintext: Uint8Array, context: EncryptionContext): Promise<Uint8Array> {
  const keyId = keyring.currentKeyId
  return encrypt(await keyring.derive(keyId, 'seal'), sealedValuePrefix(keyId), plaintext, context)
}

/**
 * Opens a value sealed by {@link seal}.
 *
 * @param context the encryption context that the value was sealed with
 * @throws BillfoldError `sealed.invalid` if the value was not sealed with this keyring and context; `keyring.unknown-key` if
 *   its key is no longer in the keyring
 */
export async function open(keyring: Keyring, sealed: Uint8Array, context: EncryptionContext): Promise<Uint8Array> {
  const keyId = sealingKeyId(sealed)
  return decrypt(await keyring.derive(keyId, 'seal'), sealed, 2 + keyId.length, context)
}

/**
 * Reads the id of the key that sealed a value from its header, to find values to re-encrypt. The id is not authenticated until
 * the value is opened.
 * @throws BillfoldError `sealed.invalid` if the value was not sealed with a keyring
 */
export function sealingKeyId(sealed: Uint8Array): string {
  const length = sealed[0] === withKeyring ? sealed[1] : undefined
  if (length === undefined) throw new BillfoldError('sealed.invalid')
  const keyId = Buffer.from(sealed.subarray(2, 2 + length)).toString('latin1')
  if (keyId.length !== length || !isKeyId(keyId)) throw new BillfoldError('sealed.invalid')
  return keyId
}

/** Returns the bytes that exactly the values sealed with this keyring key start with. */
export function sealedValuePrefix(keyId: string): Uint8Array {
  return Uint8Array.from([withKeyring, keyId.length, ...Buffer.from(keyId, 'latin1')])
}

/**
 * Returns a unique identifier of a value sealed with a keyring: its first bytes, through the random salt.
 * @throws BillfoldError `sealed.invalid` if the value was not sealed with a keyring
 */
export function ciphertextId(sealed: Uint8Array): Uint8Array {
  return sealed.subarray(0, sealedValuePrefix(sealingKeyId(sealed)).length + saltBytes)
}

/**
 * Seals a value with a given key, such as a user's master secret.
 *
 * @param key 32 bytes
 * @param plaintext the value
 * @param context where the value will be stored; {@link openWithKey} needs the same
 * @returns the sealed value, 41 bytes longer than the plaintext
 * @throws RangeError if the key is not 32 bytes
 */
export function sealWithKey(key: Uint8Array, plaintext: Uint8Array, context: EncryptionContext): Uint8Array {
  return encrypt(key, Buffer.of(withKey), plaintext, context)
}

/**
 * Opens a value sealed by {@link sealWithKey}.
 *
 * @param key 32 bytes
 * @param context the encryption context that the value was sealed with
 * @throws BillfoldError `sealed.invalid` if the value was not sealed with this key and context
 * @throws RangeError if the key is not 32 bytes
 */
export function openWithKey(key: Uint8Array, sealed: Uint8Array, context: EncryptionContext): Uint8Array {
  if (sealed[0] !== withKey) throw new BillfoldError('sealed.invalid')
  return decrypt(key, sealed, 1, context)
}

function encrypt(key: Uint8Array, header: Uint8Array, plaintext: Uint8Array, context: EncryptionContext): Uint8Array {
  const salt = randomBytes(saltBytes)
  const cipher = createCipheriv('aes-256-gcm', deriveValueKey(key, salt), nonce, { authTagLength: tagBytes })
  cipher.setAAD(associatedData(header, context))
  return Uint8Array.from(Buffer.concat([header, salt, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]))
}

function decrypt(key: Uint8Array, sealed: Uint8Array, headerBytes: number, context: EncryptionContext): Uint8Array {
  const body = headerBytes + saltBytes
  const end = sealed.length - tagBytes
  if (end < body) throw new BillfoldError('sealed.invalid')
  const salt = sealed.subarray(headerBytes, body)
  const decipher = createDecipheriv('aes-256-gcm', deriveValueKey(key, salt), nonce, { authTagLength: tagBytes })
  decipher.setAAD(associatedData(sealed.subarray(0, headerBytes), context))
  decipher.setAuthTag(sealed.subarray(end))
  const plaintext = decipher.update(sealed.subarray(body, end))
  try {
    decipher.final()
  } catch {
    throw new BillfoldError('sealed.invalid')
  }
  return Uint8Array.from(plaintext)
}

function deriveValueKey(key: Uint8Array, salt: Uint8Array): Uint8Array {
  if (key.length !== keyBytes) throw new RangeError(`A sealing key must be ${keyBytes} bytes, not ${key.length}`)
  return new Uint8Array(hkdfSync('sha256', key, salt, 'billfold sealed value', keyBytes))
}

function associatedData(header: Uint8Array, { tenant, table, row, field }: EncryptionContext): Uint8Array {
  return Buffer.concat([header, encodeLengthPrefixed([tenant, table, row, field])])
}

import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { BillfoldError } from '../errors.ts'

/**
 * Versioned root keys that never leave it: everything is derived from them by purpose. A KMS that computes HMACs can
 * implement it without ever handing out a key. Deriving twice gives the same bytes, in every process and for ever.
 */
export interface Keyring {
  /** The id of the newest key, which new values are sealed under: 1 to 32 of `[A-Za-z0-9._-]`. */
  readonly currentKeyId: string
  /** The ids of all its keys, where it can tell: for those who ask which keys are in use. */
  readonly keyIds?: readonly string[]
  /**
   * 32 bytes for a purpose (`seal`, `pepper`, `token`, `lookup`, ...) from the key with this id.
   * @throws BillfoldError `keyring.unknown-key`
   */
  readonly derive: (keyId: string, purpose: string) => Promise<Uint8Array>
}

/** Root keys by their ids, and which of them is current. */
export interface KeyringKeys {
  /** The root key, or the wrapped root key, of each id: base64, with padding. */
  readonly keys: Readonly<Record<string, string>>
  readonly currentKeyId: string
}

/** The length of a root key and of everything derived from one, in bytes. */
const keyBytes = 32

/** A new random root key: 32 bytes, base64. */
export function newKey(): string {
  return randomBytes(keyBytes).toString('base64')
}

/**
 * A keyring whose root keys are given as they are: base64 of 32 bytes each. Derivation is HKDF-SHA256 (RFC 5869) with
 * no salt and `billfold:` + purpose as the info.
 * @throws BillfoldError `keyring.invalid` for an id or a key that is malformed, or a current id that has no key
 *
 * @example
 * ```ts
 * import { localKeyring, newKey } from '@billfold/core'
 *
 * const keyring = localKeyring({ keys: { '2026a': newKey() }, currentKeyId: '2026a' }) // for tests: it is gone with the process
 * ```
 */
export function localKeyring({ keys, currentKeyId }: KeyringKeys): Keyring {
  const roots = new Map(checkedEntries(keys, currentKeyId).map(([id, bytes]) => [id, rootKey(id, bytes)]))
  return {
    currentKeyId,
    keyIds: [...roots.keys()],
    async derive(keyId, purpose) {
      const root = roots.get(keyId)
      if (root === undefined) throw new BillfoldError('keyring.unknown-key')
      return deriveFrom(root, purpose)
    },
  }
}

/** What {@link kmsKeyring} needs: wrapped root keys, and the call that unwraps one. */
export interface KmsKeyringOptions extends KeyringKeys {
  /** Asks the KMS for the 32 bytes that were wrapped under this id. */
  readonly unwrap: (wrapped: Uint8Array, keyId: string) => Promise<Uint8Array>
}

/**
 * A keyring whose root keys are kept wrapped by a KMS. A key is unwrapped on its first use, once, however many callers
 * wait for it, and then kept in memory; a failure is not kept, so that the next use asks again.
 * @throws BillfoldError `keyring.invalid` at once for malformed ids or base64; when deriving, `keyring.unavailable` if
 *   `unwrap` fails and `keyring.invalid` if it gives anything but 32 bytes
 *
 * @example
 * ```ts
 * import { kmsKeyring } from '@billfold/core'
 *
 * export function keyringOf(kms: { decrypt(wrapped: Uint8Array): Promise<Uint8Array> }) {
 *   const keys = { '2026a': process.env['WRAPPED_KEY'] ?? '' } // base64 of what the KMS has wrapped
 *   return kmsKeyring({ keys, currentKeyId: '2026a', unwrap: (wrapped) => kms.decrypt(wrapped) })
 * }
 * ```
 */
export function kmsKeyring({ keys, currentKeyId, unwrap }: KmsKeyringOptions): Keyring {
  const wrapped = new Map(checkedEntries(keys, currentKeyId))
  const roots = new Map<string, Promise<KeyObject>>()
  const rootOf = (keyId: string): Promise<KeyObject> => {
    const known = roots.get(keyId)
    if (known !== undefined) return known
    const root = unwrapRoot(unwrap, wrapped.get(keyId), keyId)
    roots.set(keyId, root)
    root.catch(() => roots.delete(keyId))
    return root
  }
  return {
    currentKeyId,
    keyIds: [...wrapped.keys()],
    derive: async (keyId, purpose) => deriveFrom(await rootOf(keyId), purpose),
  }
}

async function unwrapRoot(
  unwrap: KmsKeyringOptions['unwrap'],
  wrapped: Uint8Array | undefined,
  keyId: string,
): Promise<KeyObject> {
  if (wrapped === undefined) throw new BillfoldError('keyring.unknown-key')
  let bytes: Uint8Array
  try {
    bytes = await unwrap(Uint8Array.from(wrapped), keyId)
  } catch (cause) {
    throw new BillfoldError('keyring.unavailable', { cause })
  }
  return rootKey(keyId, bytes)
}

/** Whether a string can be the id of a key: 1 to 32 of `[A-Za-z0-9._-]`. */
export function isKeyId(id: string): boolean {
  return /^[A-Za-z0-9._-]{1,32}$/.test(id)
}

function checkedEntries(keys: Readonly<Record<string, string>>, currentKeyId: string): [string, Uint8Array][] {
  const entries = Object.entries(keys).map(([id, encoded]): [string, Uint8Array] => {
    if (!isKeyId(id)) throw invalid('A key id is not 1 to 32 of A-Z, a-z, 0-9, dot, underscore and hyphen')
    return [id, base64Bytes(id, encoded)]
  })
  if (!Object.hasOwn(keys, currentKeyId)) throw invalid('The current key id has no key')
  return entries
}

function base64Bytes(id: string, encoded: string): Uint8Array {
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length === 0 || bytes.toString('base64') !== encoded) throw invalid(`The key ${id} is not base64`)
  return bytes
}

/** A KeyObject, because unlike bytes it does not show in an inspected or printed object. */
function rootKey(id: string, bytes: Uint8Array): KeyObject {
  if (!(bytes instanceof Uint8Array) || bytes.length !== keyBytes)
    throw invalid(`The key ${id} is not ${keyBytes} bytes`)
  return createSecretKey(bytes)
}

function deriveFrom(root: KeyObject, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', root, '', `billfold:${purpose}`, keyBytes))
}

function invalid(message: string): BillfoldError {
  return new BillfoldError('keyring.invalid', { message })
}

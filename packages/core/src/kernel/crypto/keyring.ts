import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { BillfoldError } from '../errors.ts'

/**
 * Versioned root keys, from which purpose-specific keys are derived. Root keys never leave the keyring, so a KMS that computes
 * HMACs can implement it. Derivation is deterministic: the same id and purpose give the same bytes in every process.
 */
export interface Keyring {
  /** The id of the key that seals new values: 1 to 32 characters of `[A-Za-z0-9._-]`. */
  readonly currentKeyId: string
  /** The ids of all keys, if the keyring can list them. Used to report which keys are in use. */
  readonly keyIds?: readonly string[]
  /**
   * Derives the 32-byte key of a purpose (`seal`, `pepper`, `token`, `lookup`, ...) from a root key.
   * @throws BillfoldError `keyring.unknown-key` if the keyring has no key with this id
   */
  readonly derive: (keyId: string, purpose: string) => Promise<Uint8Array>
}

/** Root keys by id, and the id of the current one. */
export interface KeyringKeys {
  /** Root keys, or wrapped root keys, by id: padded base64. */
  readonly keys: Readonly<Record<string, string>>
  readonly currentKeyId: string
}

/** Length of root keys and derived keys, in bytes. */
const keyBytes = 32

/** Generates a random root key: 32 bytes in base64. */
export function newKey(): string {
  return randomBytes(keyBytes).toString('base64')
}

/**
 * Creates a keyring from plaintext root keys, 32 bytes in base64 each. Derivation is HKDF-SHA256 (RFC 5869) without salt and
 * with `billfold:` + purpose as info.
 *
 * @param options the root keys and the id of the current one
 * @throws BillfoldError `keyring.invalid` if an id or a key is malformed, or the current id has no key
 *
 * @example
 * ```ts
 * import { localKeyring, newKey } from '@billfold/core'
 *
 * const keyring = localKeyring({ keys: { '2026a': newKey() }, currentKeyId: '2026a' }) // for tests: the key is lost with the process
 * ```
 */
export function localKeyring({ keys, currentKeyId }: KeyringKeys): Keyring {
  const roots = new Map(parseEntries(keys, currentKeyId).map(([id, bytes]) => [id, toRootKey(id, bytes)]))
  const deriveFrom = cachedDerivation()
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

/** Options of {@link kmsKeyring}: wrapped root keys, and the function that unwraps one. */
export interface KmsKeyringOptions extends KeyringKeys {
  /** Unwraps a root key with the KMS. Must return its 32 bytes. */
  readonly unwrap: (wrapped: Uint8Array, keyId: string) => Promise<Uint8Array>
}

/**
 * Creates a keyring whose root keys are wrapped by a KMS. Each key is unwrapped once, on first use, and then cached in memory;
 * concurrent callers share one request. Failures are not cached: the next use tries again.
 *
 * @param options the wrapped root keys, the id of the current one, and the function that unwraps one
 * @throws BillfoldError `keyring.invalid` if an id or a key is malformed. `derive` rejects with `keyring.unavailable` if
 *   `unwrap` fails, and with `keyring.invalid` if it does not return 32 bytes
 *
 * @example
 * ```ts
 * import { kmsKeyring } from '@billfold/core'
 *
 * export function createKeyring(kms: { decrypt(wrapped: Uint8Array): Promise<Uint8Array> }) {
 *   const keys = { '2026a': process.env['WRAPPED_KEY'] ?? '' } // the wrapped key in base64
 *   return kmsKeyring({ keys, currentKeyId: '2026a', unwrap: (wrapped) => kms.decrypt(wrapped) })
 * }
 * ```
 */
export function kmsKeyring({ keys, currentKeyId, unwrap }: KmsKeyringOptions): Keyring {
  const wrapped = new Map(parseEntries(keys, currentKeyId))
  const roots = new Map<string, Promise<KeyObject>>()
  const deriveFrom = cachedDerivation()
  const getRoot = (keyId: string): Promise<KeyObject> => {
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
    derive: async (keyId, purpose) => deriveFrom(await getRoot(keyId), purpose),
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
  return toRootKey(keyId, bytes)
}

/** Returns true if a string is a valid key id: 1 to 32 characters of `[A-Za-z0-9._-]`. */
export function isKeyId(id: string): boolean {
  return /^[A-Za-z0-9._-]{1,32}$/.test(id)
}

function parseEntries(keys: Readonly<Record<string, string>>, currentKeyId: string): [string, Uint8Array][] {
  const entries = Object.entries(keys).map(([id, encoded]): [string, Uint8Array] => {
    if (!isKeyId(id)) throw invalid('A key id must be 1 to 32 characters of A-Z, a-z, 0-9, dot, underscore and hyphen')
    return [id, decodeKey(id, encoded)]
  })
  if (!Object.hasOwn(keys, currentKeyId)) throw invalid(`The keyring has no key with the current id ${currentKeyId}`)
  return entries
}

function decodeKey(id: string, encoded: string): Uint8Array {
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length === 0 || bytes.toString('base64') !== encoded) throw invalid(`The key ${id} is not padded base64`)
  return bytes
}

/** Creates a KeyObject: unlike bytes, it is not printed when an object is inspected. */
function toRootKey(id: string, bytes: Uint8Array): KeyObject {
  if (!(bytes instanceof Uint8Array) || bytes.length !== keyBytes)
    throw invalid(`The key ${id} must be ${keyBytes} bytes`)
  return createSecretKey(bytes)
}

/** Maximum number of derived keys of a root key in the cache. There are a dozen purposes. */
const maxDerivedKeys = 64

/** Returns a function that derives a key once and keeps it in memory, as the root key is. */
function cachedDerivation(): (root: KeyObject, purpose: string) => Uint8Array {
  const keysByRoot = new WeakMap<KeyObject, Map<string, KeyObject>>()
  return (root, purpose) => {
    const keys = keysByRoot.get(root) ?? new Map<string, KeyObject>()
    keysByRoot.set(root, keys)
    const known = keys.get(purpose)
    if (known !== undefined) return new Uint8Array(known.export())
    const derived = hkdfSync('sha256', root, '', `billfold:${purpose}`, keyBytes)
    if (keys.size < maxDerivedKeys) keys.set(purpose, createSecretKey(new Uint8Array(derived)))
    return new Uint8Array(derived)
  }
}

function invalid(message: string): BillfoldError {
  return new BillfoldError('keyring.invalid', { message })
}

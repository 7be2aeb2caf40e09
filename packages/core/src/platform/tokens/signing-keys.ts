import { createSecretKey, type KeyObject, webcrypto } from 'node:crypto'
import type { Keyring } from '../../kernel/crypto/index.ts'

/** Returns the signing key of a token type under a key of the keyring. */
export type SigningKeys = (keyId: string, type: string) => Promise<webcrypto.CryptoKey>

/** There are a dozen token types, and two keys during a rotation. */
const maxKeys = 64

/**
 * Creates the signing keys of a keyring (purpose `token:<type>`). A key is derived for each call, since the keyring may have lost it, but
 * imported only once: an import costs as much as the signature.
 */
export function createSigningKeys(keyring: Keyring): SigningKeys {
  const imported = new Map<string, { readonly secret: KeyObject; readonly key: webcrypto.CryptoKey }>()
  return async (keyId, type) => {
    const derived = await keyring.derive(keyId, `token:${type}`)
    const secret = createSecretKey(derived)
    const name = `${keyId} ${type}`
    const known = imported.get(name)
    if (known?.secret.equals(secret) === true) return known.key
    const hmac = { name: 'HMAC', hash: 'SHA-256' }
    const key = await webcrypto.subtle.importKey('raw', derived, hmac, false, ['sign', 'verify'])
    if (imported.size < maxKeys || known !== undefined) imported.set(name, { secret, key })
    return key
  }
}

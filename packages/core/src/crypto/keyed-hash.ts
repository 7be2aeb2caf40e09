import { createHmac } from 'node:crypto'
import type { Keyring } from './keyring.ts'
import { lengthPrefixed } from './length-prefixed.ts'

/**
 * A keyed hash of a value, to look a sealed value up by: HMAC-SHA256 under the keyring's key with this id, base64url
 * (43 characters). The same value gives different hashes for each purpose, tenant and key. The value is hashed as it
 * is given: whoever calls brings it to its one form (case, spaces) first.
 * @throws BillfoldError of the keyring
 */
export async function keyedHash(
  keyring: Keyring,
  keyId: string,
  purpose: string,
  tenant: string,
  value: string,
): Promise<string> {
  const key = await keyring.derive(keyId, 'lookup')
  return createHmac('sha256', key)
    .update(lengthPrefixed([purpose, tenant, value]))
    .digest('base64url')
}

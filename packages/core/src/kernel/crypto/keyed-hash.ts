import { createHmac } from 'node:crypto'
import { encodeLengthPrefixed } from './length-prefixed.ts'

/**
 * Computes the keyed hash of a blind index, which makes a sealed value searchable: HMAC-SHA256 in base64url (43 characters).
 * The hash of a value differs for each key, purpose and tenant.
 *
 * @param value the value, already normalized (case, spaces)
 */
export function keyedHash(key: Uint8Array, purpose: string, tenant: string, value: string): string {
  return createHmac('sha256', key)
    .update(encodeLengthPrefixed([purpose, tenant, value]))
    .digest('base64url')
}

import { createHmac } from 'node:crypto'
import { lengthPrefixed } from './length-prefixed.ts'

/**
 * A keyed hash of a value, to look a sealed value up by: HMAC-SHA256, base64url (43 characters). The same value gives
 * different hashes for each purpose, tenant and key. The value is hashed as it is given: whoever calls brings it to its
 * one form (case, spaces) first.
 */
export function keyedHash(key: Uint8Array, purpose: string, tenant: string, value: string): string {
  return createHmac('sha256', key)
    .update(lengthPrefixed([purpose, tenant, value]))
    .digest('base64url')
}

import type { KeyObject } from 'node:crypto'
import type { EcJwk } from '../../formats/keys.ts'
import { toKeyObject } from './embedded-jws.ts'

const maxKeys = 1000
const keys = new Map<string, KeyObject>()

/**
 * Imports the public key of a DPoP proof, and remembers the last thousand: a wallet proves the same key at the token endpoint and with
 * each request after it, and an import costs as much as the verification. Returns undefined if its point is not on the curve.
 */
export function importDpopKey(jwk: EcJwk): KeyObject | undefined {
  const name = `${jwk.x} ${jwk.y}`
  const key = keys.get(name) ?? toKeyObject(jwk)
  if (key === undefined) return undefined
  // Last in the order of the map, so that the one that was not used for the longest time is forgotten first.
  keys.delete(name)
  keys.set(name, key)
  const [oldest] = keys.keys()
  if (keys.size > maxKeys && oldest !== undefined) keys.delete(oldest)
  return key
}

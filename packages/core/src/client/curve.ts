import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'

/** The curves of the secure channel, named as in `GET /environment`: `prime256v1` is P-256. */
export type ClientCurve = 'secp256k1' | 'prime256v1'

/** Implementations by curve name. */
export const clientCurves = { secp256k1, prime256v1: p256 } as const

/** Returns true if this client supports a curve. */
export function isClientCurve(name: unknown): name is ClientCurve {
  return name === 'secp256k1' || name === 'prime256v1'
}

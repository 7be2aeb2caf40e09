import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'

/** The curves of the envelope, as `GET /environment` names them: `prime256v1` is P-256. */
export type Curve = 'secp256k1' | 'prime256v1'

/** Both curves, by name. */
export const curves = { secp256k1, prime256v1: p256 } as const

/** Whether a server's name for its curve is one that this client knows. */
export function isCurve(name: unknown): name is Curve {
  return name === 'secp256k1' || name === 'prime256v1'
}

import type { KeyObject } from 'node:crypto'
import { CborError, type CborMap } from '../cbor/cbor-value.ts'
import { toCborBytes } from '../cbor/read-cbor.ts'
import { type EcJwk, parsePublicJwk } from '../keys.ts'

/** The curves of COSE_Key (RFC 9053 section 7.1), with their key types. */
const curves: Readonly<Record<number, { readonly kty: 'EC' | 'OKP'; readonly crv: string; readonly type: number }>> = {
  1: { kty: 'EC', crv: 'P-256', type: 2 },
  2: { kty: 'EC', crv: 'P-384', type: 2 },
  3: { kty: 'EC', crv: 'P-521', type: 2 },
  6: { kty: 'OKP', crv: 'Ed25519', type: 1 },
}

/** Encodes a P-256 key as a COSE_Key (RFC 9052 section 7). */
export function toCoseKey({ x, y }: EcJwk): CborMap {
  return new Map<number, number | Uint8Array>([
    [1, 2],
    [-1, 1],
    [-2, Buffer.from(x, 'base64url')],
    [-3, Buffer.from(y, 'base64url')],
  ])
}

/** Parses a public COSE_Key on a curve that is verified. @throws CborError */
export function parseCoseKey(map: CborMap): KeyObject {
  const curve = curves[Number(map.get(-1))]
  if (curve === undefined || map.get(1) !== curve.type || map.has(-4))
    throw new CborError('no public key of a known curve')
  const [x, y] = [-2, -3].map((label) => {
    const value = map.get(label)
    return value === undefined ? undefined : Buffer.from(toCborBytes(value)).toString('base64url')
  })
  const key = parsePublicJwk({ kty: curve.kty, crv: curve.crv, x, y })
  if (key === undefined) throw new CborError('the point is not on its curve, or in compressed form')
  return key
}

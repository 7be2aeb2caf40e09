import { type KeyObject, verify } from 'node:crypto'
import { type CborMap, CborError, type CborValue } from '../cbor/cbor-value.ts'
import { decodeCbor } from '../cbor/decode-cbor.ts'
import { encodeCbor } from '../cbor/encode-cbor.ts'
import { toCborArray, toCborBytes, toCborMap } from '../cbor/read-cbor.ts'
import { algorithmOf, hashOf, type HolderKey, type VerifiedAlgorithm } from '../keys.ts'

/** The COSE algorithms that are verified (RFC 9053 section 2, RFC 9864), with the JOSE algorithm that says the same. */
const algorithms: Readonly<Record<number, VerifiedAlgorithm>> = {
  [-7]: 'ES256',
  [-9]: 'ES256',
  [-35]: 'ES384',
  [-36]: 'ES512',
  [-8]: 'Ed25519',
}

/** A COSE_Sign1 (RFC 9052 section 4.2), parsed and not yet verified. */
export interface CoseSign1 {
  readonly protectedBytes: Uint8Array
  readonly protectedHeader: CborMap
  readonly unprotectedHeader: CborMap
  /** Undefined if it is detached. */
  readonly payload: Uint8Array | undefined
  readonly signature: Uint8Array
}

/** Parses a COSE_Sign1, with or without its tag's content around it. @throws CborError */
export function parseCoseSign1(value: CborValue): CoseSign1 {
  const [protectedBytes, unprotected, payload, signature, ...more] = toCborArray(value)
  if (more.length > 0) throw new CborError('COSE_Sign1 has four elements')
  const bytes = toCborBytes(protectedBytes)
  const protectedHeader = bytes.length === 0 ? new Map<number, CborValue>() : toCborMap(decodeCbor(bytes))
  // Critical headers (RFC 9052 section 3.1) are not understood here.
  if (protectedHeader.has(2)) throw new CborError('a critical header is not understood')
  return {
    protectedBytes: bytes,
    protectedHeader,
    unprotectedHeader: toCborMap(unprotected),
    payload: payload === null ? undefined : toCborBytes(payload),
    signature: toCborBytes(signature),
  }
}

/** Verifies the signature over a payload. The algorithm must be the one of the key. */
export function isCoseSignatureValid(cose: CoseSign1, payload: Uint8Array, key: KeyObject): boolean {
  const label = cose.protectedHeader.get(1)
  const algorithm = typeof label === 'number' ? algorithms[label] : undefined
  if (algorithm === undefined || algorithm !== algorithmOf(key)) return false
  const signed = toSigStructure(cose.protectedBytes, payload)
  return verify(hashOf[algorithm], signed, { key, dsaEncoding: 'ieee-p1363' }, cose.signature)
}

/**
 * Creates a COSE_Sign1 with ES256.
 * @param options.detached leaves the payload out of the result
 */
export async function createCoseSign1(
  { sign }: Pick<HolderKey, 'sign'>,
  payload: Uint8Array,
  { unprotectedHeader = new Map(), detached = false }: { unprotectedHeader?: CborMap; detached?: boolean } = {},
): Promise<readonly CborValue[]> {
  const protectedBytes = encodeCbor(new Map([[1, -7]]))
  const signature = await sign(toSigStructure(protectedBytes, payload))
  return [protectedBytes, unprotectedHeader, detached ? null : payload, signature]
}

/** The Sig_structure (RFC 9052 section 4.4). */
function toSigStructure(protectedBytes: Uint8Array, payload: Uint8Array): Uint8Array {
  return encodeCbor(['Signature1', protectedBytes, Buffer.alloc(0), payload])
}

import { base58 } from '@scure/base'
import { secp256k1 } from '../../../kernel/crypto/index.ts'
import { decodeUtf8 } from '../bytes32-string.ts'
import type { DocumentFormat, VerificationMethod } from './document.ts'

/** A key attribute: `did/pub/(type)/(purpose)/(encoding)`, and its value. */
export interface KeyAttribute {
  readonly format: DocumentFormat
  readonly type: string
  readonly purpose: string | undefined
  readonly encoding: string | undefined
  readonly value: Uint8Array
  /** Returns true if the key is too long for base58 in this document. */
  readonly isTooLong: () => boolean
}

/** The type of a key in a document, and the key itself. */
export type KeyMaterial = Pick<VerificationMethod, 'type'> & Partial<VerificationMethod>

/** Formats the key of an attribute; undefined if it cannot be listed. */
export function toKeyMaterial(attribute: KeyAttribute): KeyMaterial | undefined {
  return attribute.format === 'current' ? toCurrentMaterial(attribute) : toVersion11Material(attribute)
}

/** Formats a secp256k1 key as a JWK (RFC 8812): 33 or 65 bytes, or the 64 bytes of X and Y. Undefined if it is none. */
export function toSecp256k1Jwk(bytes: Uint8Array): VerificationMethod['publicKeyJwk'] | undefined {
  const publicKey = bytes.length === 64 ? Uint8Array.from([4, ...bytes]) : bytes
  if (!secp256k1.isPublicKey(publicKey)) return undefined
  const uncompressed = Buffer.from(secp256k1.parsePublicKey(publicKey, false))
  const [x, y] = [uncompressed.subarray(1, 33), uncompressed.subarray(33)]
  return { kty: 'EC', crv: 'secp256k1', x: x.toString('base64url'), y: y.toString('base64url') }
}

/** Prefixes of public keys in multibase (multicodec table: ed25519-pub, x25519-pub). A Multikey has its own. */
const multibaseTypes: Readonly<Record<string, { readonly type: string; readonly prefix: readonly number[] }>> = {
  Ed25519: { type: 'Ed25519VerificationKey2020', prefix: [0xed, 0x01] },
  X25519: { type: 'X25519KeyAgreementKey2020', prefix: [0xec, 0x01] },
  Multikey: { type: 'Multikey', prefix: [] },
}

function toCurrentMaterial({ type, encoding, value, isTooLong }: KeyAttribute): KeyMaterial | undefined {
  if (type === 'Secp256k1' || type === 'EcdsaSecp256k1VerificationKey2019') {
    const publicKeyJwk = toSecp256k1Jwk(value)
    return publicKeyJwk && { type: 'EcdsaSecp256k1VerificationKey2019', publicKeyJwk }
  }
  const suite =
    (Object.hasOwn(multibaseTypes, type) ? multibaseTypes[type] : undefined) ??
    Object.values(multibaseTypes).find((known) => known.type === type)
  if (suite !== undefined) {
    if (isTooLong()) return undefined
    return { type: suite.type, publicKeyMultibase: `z${base58.encode(Uint8Array.from([...suite.prefix, ...value]))}` }
  }
  if (encoding === 'base58' && isTooLong()) return undefined
  return { type, ...encodeKey(value, encoding === 'pem' ? 'unknown' : encoding) }
}

/** Key types whose attribute name differs from their name in documents, until version 11. */
const version11Types: ReadonlyMap<string, string> = new Map([
  ['Secp256k1 veriKey', 'EcdsaSecp256k1VerificationKey2019'],
  ['Secp256k1 sigAuth', 'EcdsaSecp256k1VerificationKey2019'],
  ['Ed25519 sigAuth', 'Ed25519VerificationKey2018'],
  ['Ed25519 veriKey', 'Ed25519VerificationKey2018'],
  ['RSA veriKey', 'RSAVerificationKey2018'],
  ['X25519 enc', 'X25519KeyAgreementKey2019'],
])

function toVersion11Material({ type, purpose, encoding, value, isTooLong }: KeyAttribute): KeyMaterial | undefined {
  if (encoding === 'base58' && isTooLong()) return undefined
  const key = encodeKey(value, encoding)
  return key && { type: version11Types.get(`${type} ${purpose ?? ''}`) ?? type, ...key }
}

function encodeKey(value: Uint8Array, encoding: string | undefined): Partial<VerificationMethod> | undefined {
  const hex = Buffer.from(value).toString('hex')
  switch (encoding) {
    case undefined:
    case 'hex':
      return { publicKeyHex: hex }
    case 'base64':
      return { publicKeyBase64: Buffer.from(value).toString('base64') }
    case 'base58':
      return { publicKeyBase58: base58.encode(value) }
    case 'pem': {
      const publicKeyPem = decodeUtf8(value)
      return publicKeyPem === undefined ? undefined : { publicKeyPem }
    }
    default:
      return { value: hex }
  }
}

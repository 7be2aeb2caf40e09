import { parseBase64, parseJwkPoint } from '../../../kernel/base64.ts'
import { base58 } from '@scure/base'
import { secp256k1 } from '../../../kernel/crypto/index.ts'
import { publicKeyToAddress } from '../../registries/address.ts'
import type { Address } from '../../registries/registry.ts'
import type { DidDocument, VerificationMethod } from '../../registries/documents/document.ts'

/** A key in a DID document: an address, or the public key itself for EdDSA (32 bytes). */
export type DocumentKey = { readonly role: 'owner' | 'delegate' } & (
  | { readonly address: Address }
  | { readonly ed25519: Uint8Array }
)

/** The names of the owner's keys: its account and, for a DID with a public key, that key. */
const ownerKeys = ['controller', 'controllerKey']

/**
 * Extracts the keys of a document that may act for its DID: those for authentication or assertions, not those for key
 * agreement. The first is the owner's.
 */
export function toDocumentKeys(document: DidDocument): readonly DocumentKey[] {
  const actingIds = new Set([...document.authentication, ...document.assertionMethod])
  return document.verificationMethod
    .filter(({ id }) => actingIds.has(id))
    .flatMap((method): readonly DocumentKey[] => {
      const role = ownerKeys.some((name) => method.id === `${document.id}#${name}`) ? 'owner' : 'delegate'
      const key = parseVerificationMethod(method)
      return key === undefined ? [] : [{ role, ...key }]
    })
}

/** Parses the key of a verification method: an address, or the public key for EdDSA; undefined for other types. */
export function parseVerificationMethod(
  method: VerificationMethod,
): { address: Address } | { ed25519: Uint8Array } | undefined {
  const { type, blockchainAccountId } = method
  if (blockchainAccountId !== undefined) {
    const address = /^eip155:\d+:(0x[0-9a-fA-F]{40})$/.exec(blockchainAccountId)?.[1]
    return address === undefined ? undefined : { address: address.toLowerCase() }
  }
  const bytes = decodePublicKey(method)
  if (type === 'EcdsaSecp256k1VerificationKey2019')
    return bytes !== undefined && secp256k1.isPublicKey(bytes)
      ? { address: publicKeyToAddress(secp256k1.parsePublicKey(bytes, false)) }
      : undefined
  if (type === 'Ed25519VerificationKey2020' && bytes !== undefined)
    return bytes.length === 34 && bytes[0] === 0xed && bytes[1] === 0x01 ? { ed25519: bytes.subarray(2) } : undefined
  if (type === 'Ed25519VerificationKey2018') return bytes?.length === 32 ? { ed25519: bytes } : undefined
  return undefined
}

function decodePublicKey(method: VerificationMethod): Uint8Array | undefined {
  if (method.publicKeyJwk !== undefined) return parseJwkPoint(method.publicKeyJwk)
  if (method.publicKeyMultibase?.startsWith('z') === true) return base58.decode(method.publicKeyMultibase.slice(1))
  if (method.publicKeyHex !== undefined) return Buffer.from(method.publicKeyHex, 'hex')
  if (method.publicKeyBase64 !== undefined) return parseBase64(method.publicKeyBase64)
  if (method.publicKeyBase58 !== undefined) return base58.decode(method.publicKeyBase58)
  return undefined
}

import { addr } from 'micro-eth-signer'
import type { Address } from './registry.ts'

/** The zero address. An identity whose owner is set to it is deactivated. */
export const zeroAddress: Address = `0x${'0'.repeat(40)}`

/** Returns true for 0x and 40 hex digits in lower case. */
export function isAddress(text: string): text is Address {
  return /^0x[0-9a-f]{40}$/.test(text)
}

/** Adds the checksum of EIP-55, as used in DID documents and transactions. */
export function toChecksumAddress(address: Address): string {
  return addr.addChecksum(address)
}

/**
 * Computes the Ethereum address of a secp256k1 public key.
 *
 * @param publicKey 33 bytes (compressed) or 65 bytes
 * @returns 0x and 40 hex digits in lower case
 */
export function publicKeyToAddress(publicKey: Uint8Array): Address {
  return addr.fromPublicKey(publicKey).toLowerCase()
}

/** Decodes an address into its 20 bytes. */
export function addressToBytes(address: Address): Uint8Array {
  return Uint8Array.from(Buffer.from(address.slice(2), 'hex'))
}

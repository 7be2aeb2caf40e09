import { addr } from 'micro-eth-signer'
import type { Address } from './registry.ts'

/** No owner: whoever gives an identity to it deactivates its DID. */
export const zeroAddress: Address = `0x${'0'.repeat(40)}`

/** Whether a text is an address as this folder takes it: 0x and 40 hex digits in lower case. */
export function isAddress(text: string): text is Address {
  return /^0x[0-9a-f]{40}$/.test(text)
}

/** The address with its checksum (EIP-55), as DID documents and transactions show it. */
export function withChecksum(address: Address): string {
  return addr.addChecksum(address)
}

/** The address of a public key, 33 or 65 bytes. */
export function addressOf(publicKey: Uint8Array): Address {
  return addr.fromPublicKey(publicKey).toLowerCase()
}

/** The 20 bytes of an address. */
export function addressBytes(address: Address): Uint8Array {
  return Uint8Array.from(Buffer.from(address.slice(2), 'hex'))
}

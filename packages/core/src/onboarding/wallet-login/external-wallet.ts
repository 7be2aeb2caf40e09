import { addr } from 'micro-eth-signer'
import { secp256k1 } from '../../kernel/crypto/index.ts'
import { isBillfoldError } from '../../kernel/errors.ts'

/** An external wallet that has proven possession of its key. */
export interface ExternalWallet {
  /** Coordinates x and y of the secp256k1 public key: 128 lower-case hex digits, without 0x and 04. */
  readonly publicKey: string
  /** Ethereum address of the key, in lower case, with 0x. */
  readonly address: string
  /** DID claimed by the wallet and verified to list its key. */
  readonly did?: string | undefined
}

/** Converts an uncompressed public key (65 bytes) to a wallet. */
export function toExternalWallet(publicKey: Uint8Array, did?: string): ExternalWallet {
  return {
    publicKey: Buffer.from(publicKey.subarray(1)).toString('hex'),
    address: addr.fromPublicKey(publicKey).toLowerCase(),
    ...(did !== undefined && { did }),
  }
}

/** Identifies a wallet by the address of its key or by a DID. */
export type WalletIdentifier = { readonly address: string } | { readonly did: string }

/**
 * Parses a wallet identifier: a public key in hex (33, 64 or 65 bytes, with or without 0x), an Ethereum address (with 0x), or a DID.
 * Returns undefined for anything else.
 */
export function parseWalletIdentifier(text: string): WalletIdentifier | undefined {
  if (text.startsWith('did:')) return parseDid(text)
  if (/^0x[0-9a-f]{40}$/i.test(text)) return { address: text.toLowerCase() }
  const hex = text.replace(/^0x/i, '')
  return /^[0-9a-f]{66,130}$/i.test(hex) ? publicKeyToAddress(hex) : undefined
}

/** Parses the address from a DID that ends in one (did:ethr, did:eth, did:spherity, did:selfkey). Returns undefined for other DIDs. */
export function parseAddressFromDid(did: string): string | undefined {
  const address = /^did:(?:ethr|eth|spherity|selfkey)(?::[A-Za-z0-9._-]{1,32}){0,2}:(0x[0-9a-f]{40})$/i.exec(did)?.[1]
  return address?.toLowerCase()
}

function parseDid(text: string): WalletIdentifier | undefined {
  // Identity Wallets add a parameter, as in did:selfkey:0x…;selfkey:chain=ropsten. It is not part of the DID.
  const [did = ''] = text.split(/[;#]/, 1)
  return did.length <= 256 && /^did:[a-z0-9]+:[A-Za-z0-9._:%-]+$/.test(did) ? { did } : undefined
}

function publicKeyToAddress(hex: string): WalletIdentifier | undefined {
  try {
    return { address: toExternalWallet(secp256k1.parsePublicKey(Buffer.from(hex, 'hex'), false)).address }
  } catch (error) {
    if (isBillfoldError(error, 'crypto.invalid-key')) return undefined
    throw error
  }
}

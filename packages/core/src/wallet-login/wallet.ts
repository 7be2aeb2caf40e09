import { addr } from 'micro-eth-signer'
import { secp256k1 } from '../crypto/index.ts'
import { isBillfoldError } from '../errors.ts'

/** A wallet that has shown that it holds its key. */
export interface Wallet {
  /** x and y of the secp256k1 public key: 128 hex digits in lower case, without 0x and without 04. */
  readonly publicKey: string
  /** The Ethereum address of the key, in lower case, with 0x. */
  readonly address: string
  /** The DID that the wallet named and that was found to have the key. */
  readonly did?: string | undefined
}

/** The wallet of a public key of 65 bytes. */
export function walletOf(publicKey: Uint8Array, did?: string): Wallet {
  return {
    publicKey: Buffer.from(publicKey.subarray(1)).toString('hex'),
    address: addr.fromPublicKey(publicKey).toLowerCase(),
    ...(did !== undefined && { did }),
  }
}

/** What a challenge can be bound to: the address of a key, or a DID whose keys are looked up. */
export type WalletName = { readonly address: string } | { readonly did: string }

/**
 * Reads what a wallet is called by: a public key in hex (33, 64 or 65 bytes, with or without 0x), an Ethereum address (with 0x), or a
 * DID. Undefined when it is none of these.
 */
export function readWalletName(text: string): WalletName | undefined {
  if (text.startsWith('did:')) return readDid(text)
  if (/^0x[0-9a-f]{40}$/i.test(text)) return { address: text.toLowerCase() }
  const hex = text.replace(/^0x/i, '')
  return /^[0-9a-f]{66,130}$/i.test(hex) ? addressOfKey(hex) : undefined
}

/** A DID whose last part is the key's address (did:ethr, did:eth, did:spherity), or undefined for any other. */
export function addressInDid(did: string): string | undefined {
  const address = /^did:(?:ethr|eth|spherity)(?::[A-Za-z0-9._-]{1,32}){0,2}:(0x[0-9a-f]{40})$/i.exec(did)?.[1]
  return address?.toLowerCase()
}

function readDid(text: string): WalletName | undefined {
  const did = text.split('#', 1)[0] ?? ''
  return did.length <= 256 && /^did:[a-z0-9]+:[A-Za-z0-9._:%-]+$/.test(did) ? { did } : undefined
}

function addressOfKey(hex: string): WalletName | undefined {
  try {
    return { address: walletOf(secp256k1.parsePublicKey(Buffer.from(hex, 'hex'), false)).address }
  } catch (error) {
    if (isBillfoldError(error, 'crypto.invalid-key')) return undefined
    throw error
  }
}

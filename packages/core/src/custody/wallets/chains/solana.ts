import { BillfoldError } from '../../../kernel/errors.ts'
import { web3Keystore } from '../keystores/web3.ts'
import { decodeBase58, encodeBase58 } from './base58.ts'
import type { Chain, ChainKey, HexSignature, SignatureRequest } from './chain.ts'
import {
  computeEd25519PublicKey,
  signEd25519,
  verifyEd25519,
  generateEd25519Seed,
  toEd25519SecretKey,
  parseEd25519Seed,
} from './ed25519.ts'
import { hexToBytes, bytesToHex } from './hex.ts'
import { encodeMessageRequest } from './message-text.ts'
import { deriveSlip10Key } from './slip10.ts'

/** Solana: ed25519 keys at m/44'/501'/index'/0' (SLIP-10). The address is the public key in base58. */
export const solana: Chain = {
  secretType: 'SOLANA',
  symbol: 'SOL',
  decimals: 9,
  curve: 'ed25519',
  derivationPath: (index) => `m/44'/501'/${index}'/0'`,
  deriveKey: (seed, path) => toChainKey(deriveSlip10Key(seed, path)),
  generateKey: () => toChainKey(generateEd25519Seed()),
  toChainKey: toChainKey,
  parsePrivateKey: (text) =>
    parseEd25519Seed(hexToBytes(text, 64) ?? hexToBytes(text, 32) ?? parseKeygenFile(text) ?? decodeBase58(text)),
  formatPrivateKey: (privateKey) => encodeBase58(toEd25519SecretKey(privateKey)),
  keystore: web3Keystore(),
  sign,
  verify,
}

function toChainKey(privateKey: Uint8Array): ChainKey {
  const publicKey = computeEd25519PublicKey(privateKey)
  return { privateKey, publicKey, address: encodeBase58(publicKey) }
}

/** Parses the JSON array of 64 numbers that solana-keygen writes to a file. */
function parseKeygenFile(text: string): Uint8Array | undefined {
  if (!/^\s*\[\s*(\d{1,3}\s*,\s*){63}\d{1,3}\s*\]\s*$/.test(text)) return undefined
  const numbers = text
    .replace(/[[\]\s]/g, '')
    .split(',')
    .map(Number)
  return numbers.every((number) => number < 256) ? Uint8Array.from(numbers) : undefined
}

/**
 * Returns true if a message could be a transaction that needs this key's signature. Solana signs messages and transactions
 * without distinct prefixes, and every transaction contains the public keys of its signers.
 */
export function couldBeTransaction(message: Uint8Array, publicKey: Uint8Array): boolean {
  return Buffer.from(message).includes(Buffer.from(publicKey))
}

function sign(request: SignatureRequest, privateKey: Uint8Array): HexSignature {
  const message = encodeMessageRequest(request)
  if (couldBeTransaction(message, computeEd25519PublicKey(privateKey)))
    throw new BillfoldError('input.invalid', { issues: [possibleTransaction] })
  const signature = signEd25519(message, privateKey)
  return { type: 'HEX_SIGNATURE', signature: bytesToHex(signature), encoded: encodeBase58(signature) }
}

const possibleTransaction = { path: 'data', message: 'could be a transaction of this wallet' }

function verify(request: SignatureRequest, signature: string, address: string): boolean {
  const message = encodeMessageRequest(request)
  const bytes = hexToBytes(signature, 64) ?? decodeBase58(signature)
  const publicKey = decodeBase58(address)
  return bytes !== undefined && publicKey !== undefined && verifyEd25519(message, bytes, publicKey)
}

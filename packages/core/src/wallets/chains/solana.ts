import { BillfoldError } from '../../errors.ts'
import { web3Keystore } from '../keystores/web3.ts'
import { readBase58, writeBase58 } from './base58.ts'
import type { Chain, ChainKey, HexSignature, SignatureRequest } from './chain.ts'
import { ed25519PublicKey, ed25519Sign, ed25519Verify, newSeed, secretKeyOf, seedOf } from './ed25519-keys.ts'
import { bytesOfHex, hexOf } from './hex.ts'
import { messageBytes } from './message-text.ts'
import { slip10KeyAt } from './slip10.ts'

/** Solana: ed25519 keys at m/44'/501'/index'/0' (SLIP-10). The address is the public key in base58. */
export const solana: Chain = {
  secretType: 'SOLANA',
  symbol: 'SOL',
  decimals: 9,
  curve: 'ed25519',
  derivationPath: (index) => `m/44'/501'/${index}'/0'`,
  deriveKey: (seed, path) => toChainKey(slip10KeyAt(seed, path)),
  newKey: () => toChainKey(newSeed()),
  keyOf: toChainKey,
  readPrivateKey: (text) =>
    seedOf(bytesOfHex(text, 64) ?? bytesOfHex(text, 32) ?? parseKeygenFile(text) ?? readBase58(text)),
  writePrivateKey: (privateKey) => writeBase58(secretKeyOf(privateKey)),
  keystore: web3Keystore(),
  sign,
  verify,
}

function toChainKey(privateKey: Uint8Array): ChainKey {
  const publicKey = ed25519PublicKey(privateKey)
  return { privateKey, publicKey, address: writeBase58(publicKey) }
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
  const message = messageBytes(request)
  if (couldBeTransaction(message, ed25519PublicKey(privateKey)))
    throw new BillfoldError('input.invalid', { issues: [possibleTransaction] })
  const signature = ed25519Sign(message, privateKey)
  return { type: 'HEX_SIGNATURE', signature: hexOf(signature), encoded: writeBase58(signature) }
}

const possibleTransaction = { path: 'data', message: 'could be a transaction of this wallet' }

function verify(request: SignatureRequest, signature: string, address: string): boolean {
  const message = messageBytes(request)
  const bytes = bytesOfHex(signature, 64) ?? readBase58(signature)
  const publicKey = readBase58(address)
  return bytes !== undefined && publicKey !== undefined && ed25519Verify(message, bytes, publicKey)
}

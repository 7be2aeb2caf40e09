import { BillfoldError } from '../../errors.ts'
import { web3Keystore } from '../keystores/web3.ts'
import { readBase58, writeBase58 } from './base58.ts'
import type { Chain, ChainKey, HexSignature, SignatureRequest } from './chain.ts'
import { ed25519PublicKey, ed25519Sign, ed25519Verify, newSeed, secretKeyOf, seedOf } from './ed25519-keys.ts'
import { bytesOfHex, hexOf } from './hex.ts'
import { messageBytes } from './message-text.ts'
import { slip10KeyAt } from './slip10.ts'

/** Solana: ed25519 keys at m/44'/501'/index'/0' (SLIP-10), the public key in base58 for an address. */
export const solana: Chain = {
  secretType: 'SOLANA',
  symbol: 'SOL',
  decimals: 9,
  curve: 'ed25519',
  derivationPath: (index) => `m/44'/501'/${index}'/0'`,
  deriveKey: (seed, path) => keyOf(slip10KeyAt(seed, path)),
  newKey: () => keyOf(newSeed()),
  keyOf,
  readPrivateKey: (text) =>
    seedOf(bytesOfHex(text, 64) ?? bytesOfHex(text, 32) ?? bytesOfList(text) ?? readBase58(text)),
  writePrivateKey: (privateKey) => writeBase58(secretKeyOf(privateKey)),
  keystore: web3Keystore(),
  sign,
  verify,
}

function keyOf(privateKey: Uint8Array): ChainKey {
  const publicKey = ed25519PublicKey(privateKey)
  return { privateKey, publicKey, address: writeBase58(publicKey) }
}

/** The 64 numbers that solana-keygen writes into a file. */
function bytesOfList(text: string): Uint8Array | undefined {
  if (!/^\s*\[\s*(\d{1,3}\s*,\s*){63}\d{1,3}\s*\]\s*$/.test(text)) return undefined
  const numbers = text
    .replace(/[[\]\s]/g, '')
    .split(',')
    .map(Number)
  return numbers.every((number) => number < 256) ? Uint8Array.from(numbers) : undefined
}

/**
 * Whether bytes could be a transaction that waits for this key's signature. Solana's wallets sign a message's bytes as they
 * are, and a transaction's too; and every transaction names those who sign it by their public keys.
 */
export function couldBeTransaction(message: Uint8Array, publicKey: Uint8Array): boolean {
  return Buffer.from(message).includes(Buffer.from(publicKey))
}

function sign(request: SignatureRequest, privateKey: Uint8Array): HexSignature {
  const message = messageBytes(request)
  if (couldBeTransaction(message, ed25519PublicKey(privateKey)))
    throw new BillfoldError('input.invalid', { issues: [transaction] })
  const signature = ed25519Sign(message, privateKey)
  return { type: 'HEX_SIGNATURE', signature: hexOf(signature), encoded: writeBase58(signature) }
}

const transaction = { path: 'data', message: 'could be a transaction of this wallet' }

function verify(request: SignatureRequest, signature: string, address: string): boolean {
  const message = messageBytes(request)
  const bytes = bytesOfHex(signature, 64) ?? readBase58(signature)
  const publicKey = readBase58(address)
  return bytes !== undefined && publicKey !== undefined && ed25519Verify(message, bytes, publicKey)
}

import { blake2b } from '@noble/hashes/blake2.js'
import { aeternityKeystore } from '../keystores/aeternity.ts'
import { decodeBase58check, encodeBase58check } from './base58.ts'
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

/** æternity: ed25519 keys at m/44'/457'/index'/0'/0' (SLIP-10), `ak_` addresses, and signed messages in the format of its wallets. */
export const aeternity: Chain = {
  secretType: 'AETERNITY',
  symbol: 'AE',
  decimals: 18,
  curve: 'ed25519',
  derivationPath: (index) => `m/44'/457'/${index}'/0'/0'`,
  deriveKey: (seed, path) => toChainKey(deriveSlip10Key(seed, path)),
  generateKey: () => toChainKey(generateEd25519Seed()),
  toChainKey: toChainKey,
  parsePrivateKey: parsePrivateKey,
  formatPrivateKey: (seed) => encodeWithPrefix('sk_', seed),
  keystore: aeternityKeystore({
    toAddress: (seed) => toChainKey(seed).address,
    toSecretKey: toEd25519SecretKey,
    parseSecretKey: parseEd25519Seed,
  }),
  sign,
  verify,
}

function toChainKey(privateKey: Uint8Array): ChainKey {
  const publicKey = computeEd25519PublicKey(privateKey)
  return { privateKey, publicKey, address: encodeWithPrefix('ak_', publicKey) }
}

/** Accepts `sk_`, and hex of the seed with or without the public key appended, as written by older wallets. */
function parsePrivateKey(text: string): Uint8Array {
  return parseEd25519Seed(decodeWithPrefix('sk_', text) ?? hexToBytes(text, 64) ?? hexToBytes(text, 32))
}

function sign(request: SignatureRequest, privateKey: Uint8Array): HexSignature {
  const signature = signEd25519(messageHash(encodeMessageRequest(request)), privateKey)
  return { type: 'HEX_SIGNATURE', signature: bytesToHex(signature), encoded: encodeWithPrefix('sg_', signature) }
}

function verify(request: SignatureRequest, signature: string, address: string): boolean {
  const hash = messageHash(encodeMessageRequest(request))
  const bytes = hexToBytes(signature, 64) ?? decodeWithPrefix('sg_', signature)
  const publicKey = decodeWithPrefix('ak_', address)
  return bytes !== undefined && publicKey !== undefined && verifyEd25519(hash, bytes, publicKey)
}

const messagePrefix = Buffer.from('aeternity Signed Message:\n')

/** BLAKE2b-256 of the prefixed message. The hash is shorter than any transaction, which is signed with its network id in front. */
function messageHash(message: Uint8Array): Uint8Array {
  const whole = Buffer.concat([compactSize(messagePrefix.length), messagePrefix, compactSize(message.length), message])
  return blake2b(whole, { dkLen: 32 })
}

/** Bitcoin's CompactSize: one byte below 253, otherwise 253 and 16 bits or 254 and 32 bits, little-endian. */
function compactSize(length: number): Buffer {
  if (length < 253) return Buffer.of(length)
  const bytes = Buffer.alloc(length <= 0xffff ? 3 : 5)
  bytes.writeUInt8(length <= 0xffff ? 253 : 254)
  bytes.writeUIntLE(length, 1, bytes.length - 1)
  return bytes
}

function encodeWithPrefix(prefix: string, bytes: Uint8Array): string {
  return `${prefix}${encodeBase58check(bytes)}`
}

function decodeWithPrefix(prefix: string, text: string): Uint8Array | undefined {
  return text.startsWith(prefix) ? decodeBase58check(text.slice(prefix.length)) : undefined
}

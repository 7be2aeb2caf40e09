import { blake2b } from '@noble/hashes/blake2.js'
import { aeternityKeystore } from '../keystores/aeternity.ts'
import { readBase58check, writeBase58check } from './base58.ts'
import type { Chain, ChainKey, HexSignature, SignatureRequest } from './chain.ts'
import { ed25519PublicKey, ed25519Sign, ed25519Verify, newSeed, secretKeyOf, seedOf } from './ed25519-keys.ts'
import { bytesOfHex, hexOf } from './hex.ts'
import { messageBytes } from './message-text.ts'
import { slip10KeyAt } from './slip10.ts'

/** æternity: ed25519 keys at m/44'/457'/index'/0'/0' (SLIP-10), addresses `ak_`, signed messages as its wallets sign them. */
export const aeternity: Chain = {
  secretType: 'AETERNITY',
  symbol: 'AE',
  decimals: 18,
  curve: 'ed25519',
  derivationPath: (index) => `m/44'/457'/${index}'/0'/0'`,
  deriveKey: (seed, path) => keyOf(slip10KeyAt(seed, path)),
  newKey: () => keyOf(newSeed()),
  keyOf,
  readPrivateKey,
  writePrivateKey: (seed) => withPrefix('sk_', seed),
  keystore: aeternityKeystore({ addressOf: (seed) => keyOf(seed).address, secretKeyOf, seedOf }),
  sign,
  verify,
}

function keyOf(privateKey: Uint8Array): ChainKey {
  const publicKey = ed25519PublicKey(privateKey)
  return { privateKey, publicKey, address: withPrefix('ak_', publicKey) }
}

/** `sk_`, or hex of the seed alone or with the public key behind it, as older wallets wrote it. */
function readPrivateKey(text: string): Uint8Array {
  return seedOf(withoutPrefix('sk_', text) ?? bytesOfHex(text, 64) ?? bytesOfHex(text, 32))
}

function sign(request: SignatureRequest, privateKey: Uint8Array): HexSignature {
  const signature = ed25519Sign(messageHash(messageBytes(request)), privateKey)
  return { type: 'HEX_SIGNATURE', signature: hexOf(signature), encoded: withPrefix('sg_', signature) }
}

function verify(request: SignatureRequest, signature: string, address: string): boolean {
  const hash = messageHash(messageBytes(request))
  const bytes = bytesOfHex(signature, 64) ?? withoutPrefix('sg_', signature)
  const publicKey = withoutPrefix('ak_', address)
  return bytes !== undefined && publicKey !== undefined && ed25519Verify(hash, bytes, publicKey)
}

const preface = Buffer.from('aeternity Signed Message:\n')

/** What is signed is shorter than any transaction, which is signed behind the name of its network. */
function messageHash(message: Uint8Array): Uint8Array {
  const whole = Buffer.concat([compactSize(preface.length), preface, compactSize(message.length), message])
  return blake2b(whole, { dkLen: 32 })
}

/** A length as Bitcoin writes one: a byte below 253, else 253 and 16 bits or 254 and 32, little-endian. */
function compactSize(length: number): Buffer {
  if (length < 253) return Buffer.of(length)
  const bytes = Buffer.alloc(length <= 0xffff ? 3 : 5)
  bytes.writeUInt8(length <= 0xffff ? 253 : 254)
  bytes.writeUIntLE(length, 1, bytes.length - 1)
  return bytes
}

function withPrefix(prefix: string, bytes: Uint8Array): string {
  return `${prefix}${writeBase58check(bytes)}`
}

function withoutPrefix(prefix: string, text: string): Uint8Array | undefined {
  return text.startsWith(prefix) ? readBase58check(text.slice(prefix.length)) : undefined
}

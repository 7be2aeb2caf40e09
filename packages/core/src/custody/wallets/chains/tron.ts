import { keccak_256 } from '@noble/hashes/sha3.js'
import { secp256k1 } from '../../../kernel/crypto/index.ts'
import { web3Keystore } from '../keystores/web3.ts'
import { encodeBase58check } from './base58.ts'
import { deriveBip32Key } from './bip32.ts'
import type { Chain, ChainKey, SignatureRequest } from './chain.ts'
import { formatEcdsaSignature, recoverPublicKey, parseEcdsaSignature } from './ecdsa-signature.ts'
import { parseHexPrivateKey } from './hex.ts'
import { encodeMessageRequest } from './message-text.ts'

/** TRON: secp256k1 keys at m/44'/195'/0'/0/index (BIP-44), base58check addresses that start with T, TIP-191 signatures. */
export const tron: Chain = {
  secretType: 'TRON',
  symbol: 'TRX',
  decimals: 6,
  curve: 'secp256k1',
  derivationPath: (index) => `m/44'/195'/0'/0/${index}`,
  deriveKey: (seed, path) => toChainKey(deriveBip32Key(seed, path)),
  generateKey: () => toChainKey(secp256k1.generatePrivateKey()),
  toChainKey: toChainKey,
  parsePrivateKey: parseHexPrivateKey,
  formatPrivateKey: (privateKey) => Buffer.from(privateKey).toString('hex'),
  keystore: web3Keystore(),
  sign: (request, privateKey) => formatEcdsaSignature(secp256k1.sign(messageHash(request), privateKey), 27),
  verify,
}

function toChainKey(privateKey: Uint8Array): ChainKey {
  const publicKey = secp256k1.getPublicKey(privateKey, false)
  return { privateKey, publicKey, address: toAddress(publicKey) }
}

/** Computes base58check of 0x41 and the last 20 bytes of the Keccak-256 of the public key without its first byte. */
function toAddress(publicKey: Uint8Array): string {
  return encodeBase58check(Buffer.concat([Buffer.of(0x41), keccak_256(publicKey.subarray(1)).subarray(12)]))
}

/** Keccak-256 of the prefixed message (TIP-191). The prefix contains the message length in bytes, in decimal. */
function messageHash(request: SignatureRequest): Uint8Array {
  const message = encodeMessageRequest(request)
  return keccak_256(Buffer.concat([Buffer.from(`\x19TRON Signed Message:\n${message.length}`), message]))
}

function verify(request: SignatureRequest, signature: string, address: string): boolean {
  const hash = messageHash(request)
  const parts = parseEcdsaSignature(signature)
  if (parts === undefined) return false
  const recovery = parts.v >= 27 ? parts.v - 27 : parts.v
  const signer = recovery <= 1 ? recoverPublicKey(hash, { ...parts, recovery }) : undefined
  return signer !== undefined && toAddress(signer) === address
}

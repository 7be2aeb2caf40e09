import { createHash } from 'node:crypto'
import { CompactSize, NETWORK, p2wpkh, WIF } from '@scure/btc-signer'
import { secp256k1 } from '../../crypto/index.ts'
import { BillfoldError } from '../../errors.ts'
import { web3Keystore } from '../keystores/web3.ts'
import { bip32KeyAt } from './bip32.ts'
import type { Chain, ChainKey, HexSignature, SignatureRequest } from './chain.ts'
import { ecdsaSignature, signerOf, splitSignature } from './ecdsa-signature.ts'
import { bytesOfHex } from './hex.ts'
import { messageBytes } from './message-text.ts'

/** What makes one chain of the Bitcoin family another than the next. */
export interface BitcoinChain {
  readonly secretType: string
  readonly symbol: string
  /** The number of the coin in BIP-44 paths (SLIP-44). */
  readonly coin: number
  /** The name in front of signed messages. */
  readonly name: string
  readonly network: typeof NETWORK
}

/** The chains of the Bitcoin family. */
export const bitcoinChains: readonly BitcoinChain[] = [
  { secretType: 'BITCOIN', symbol: 'BTC', coin: 0, name: 'Bitcoin', network: NETWORK },
  {
    secretType: 'LITECOIN',
    symbol: 'LTC',
    coin: 2,
    name: 'Litecoin',
    network: { bech32: 'ltc', pubKeyHash: 0x30, scriptHash: 0x32, wif: 0xb0 },
  },
]

const longestWif = 64

/** A signed message's header byte is this, for a P2WPKH address, plus the recovery bit: 39 to 42 (BIP-137). */
const segwitHeader = 39

/**
 * A chain of the Bitcoin family: secp256k1 keys at m/84'/coin'/0'/0/index (BIP-84), native segwit addresses (P2WPKH,
 * BIP-173), messages signed in the recoverable form of "Bitcoin Signed Message".
 */
export function bitcoinChain({ secretType, symbol, coin, name, network }: BitcoinChain): Chain {
  const wif = WIF(network)
  const keyOf = (privateKey: Uint8Array): ChainKey => {
    const publicKey = secp256k1.publicKeyOf(privateKey)
    return { privateKey, publicKey, address: addressOf(publicKey, network) }
  }
  const readWif = (text: string): Uint8Array => {
    if (text.length > longestWif) throw new BillfoldError('crypto.invalid-key')
    try {
      return wif.decode(text)
    } catch {
      throw new BillfoldError('crypto.invalid-key')
    }
  }
  return {
    secretType,
    symbol,
    decimals: 8,
    curve: 'secp256k1',
    derivationPath: (index) => `m/84'/${coin}'/0'/0/${index}`,
    deriveKey: (seed, path) => keyOf(bip32KeyAt(seed, path)),
    newKey: () => keyOf(secp256k1.generatePrivateKey()),
    keyOf,
    readPrivateKey: (text) => bytesOfHex(text, 32) ?? readWif(text),
    writePrivateKey: (privateKey) => wif.encode(privateKey),
    readWif,
    keystore: web3Keystore(),
    sign: (request, privateKey) => sign(name, request, privateKey),
    verify: (request, signature, address) => {
      const signer = messageSigner(name, request, signature)
      return signer !== undefined && addressOf(signer, network) === address.toLowerCase()
    },
  }
}

function addressOf(publicKey: Uint8Array, network: typeof NETWORK): string {
  return p2wpkh(secp256k1.parsePublicKey(publicKey), network).address
}

function sign(name: string, request: SignatureRequest, privateKey: Uint8Array): HexSignature {
  const { r, s, recovery } = secp256k1.sign(messageHash(name, messageBytes(request)), privateKey)
  const encoded = Buffer.concat([Buffer.of(segwitHeader + recovery), r, s]).toString('base64')
  return { ...ecdsaSignature({ r, s, recovery }, segwitHeader), encoded }
}

/**
 * Who signed: in hex with the header last, or in base64 with the header first. A header of 31 to 34 is taken too, which
 * many wallets write for segwit addresses.
 */
function messageSigner(name: string, request: SignatureRequest, signature: string): Uint8Array | undefined {
  const hash = messageHash(name, messageBytes(request))
  const parts = splitSignature(signature) ?? splitBase64(signature)
  if (parts === undefined) return undefined
  const { r, s, v } = parts
  const recovery = v >= segwitHeader ? v - segwitHeader : v - 31
  return recovery >= 0 && recovery <= 3 ? signerOf(hash, { r, s, recovery }) : undefined
}

function splitBase64(text: string): ReturnType<typeof splitSignature> {
  if (!/^[A-Za-z0-9+/]{87}=$/.test(text)) return undefined
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
  return { v: bytes[0] ?? 0, r: bytes.slice(1, 33), s: bytes.slice(33, 65) }
}

function messageHash(name: string, message: Uint8Array): Uint8Array {
  const preface = Buffer.from(`${name} Signed Message:\n`)
  const whole = [preface, message].flatMap((part) => [CompactSize.encode(BigInt(part.length)), part])
  return sha256(sha256(Buffer.concat(whole)))
}

function sha256(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(bytes).digest())
}

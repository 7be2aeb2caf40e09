import { parseBase64 } from '../../../kernel/base64.ts'
import { createHash } from 'node:crypto'
import { CompactSize, NETWORK, p2wpkh, WIF } from '@scure/btc-signer'
import { secp256k1 } from '../../../kernel/crypto/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { web3Keystore } from '../keystores/web3.ts'
import { deriveBip32Key } from './bip32.ts'
import type { Chain, ChainKey, HexSignature, SignatureRequest } from './chain.ts'
import { formatEcdsaSignature, recoverPublicKey, parseEcdsaSignature } from './ecdsa-signature.ts'
import { hexToBytes } from './hex.ts'
import { encodeMessageRequest } from './message-text.ts'

/** The parameters of one chain of the Bitcoin family. */
export interface BitcoinChain {
  /** The name of the chain in the APIs, such as `BITCOIN`. */
  readonly secretType: string
  readonly symbol: string
  /** The SLIP-44 coin type used in derivation paths. */
  readonly coinType: number
  /** The name in the prefix of signed messages, such as `Bitcoin` in "Bitcoin Signed Message". */
  readonly messageName: string
  /** Address prefixes and the WIF version byte, as defined by `@scure/btc-signer`. */
  readonly network: typeof NETWORK
}

/** The Bitcoin-like chains supported without configuration. */
export const bitcoinChains: readonly BitcoinChain[] = [
  { secretType: 'BITCOIN', symbol: 'BTC', coinType: 0, messageName: 'Bitcoin', network: NETWORK },
  {
    secretType: 'LITECOIN',
    symbol: 'LTC',
    coinType: 2,
    messageName: 'Litecoin',
    network: { bech32: 'ltc', pubKeyHash: 0x30, scriptHash: 0x32, wif: 0xb0 },
  },
]

const maxWifCharacters = 64

/** The base of the header byte for P2WPKH addresses, to which the recovery id is added: 39 to 42 (BIP-137). */
const segwitHeader = 39

/**
 * Creates a chain of the Bitcoin family: secp256k1 keys at m/84'/coin'/0'/0/index (BIP-84), native segwit addresses (P2WPKH,
 * BIP-173), and recoverable message signatures ("Bitcoin Signed Message", BIP-137).
 *
 * @example
 * ```ts
 * import { bitcoinChain, knownChains } from '@billfold/core'
 *
 * const testnet = bitcoinChain({
 *   secretType: 'BITCOIN_TESTNET',
 *   symbol: 'tBTC',
 *   coinType: 1,
 *   messageName: 'Bitcoin',
 *   network: { bech32: 'tb', pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef },
 * })
 * const custody = { chains: new Map([...knownChains(), [testnet.secretType, testnet]]) }
 * ```
 */
export function bitcoinChain({ secretType, symbol, coinType, messageName, network }: BitcoinChain): Chain {
  const wif = WIF(network)
  const toChainKey = (privateKey: Uint8Array): ChainKey => {
    const publicKey = secp256k1.getPublicKey(privateKey)
    return { privateKey, publicKey, address: toAddress(publicKey, network) }
  }
  const parseWif = (text: string): Uint8Array => {
    if (text.length > maxWifCharacters) throw new BillfoldError('crypto.invalid-key')
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
    derivationPath: (index) => `m/84'/${coinType}'/0'/0/${index}`,
    deriveKey: (seed, path) => toChainKey(deriveBip32Key(seed, path)),
    generateKey: () => toChainKey(secp256k1.generatePrivateKey()),
    toChainKey: toChainKey,
    parsePrivateKey: (text) => hexToBytes(text, 32) ?? parseWif(text),
    formatPrivateKey: (privateKey) => wif.encode(privateKey),
    parseWif: parseWif,
    keystore: web3Keystore(),
    sign: (request, privateKey) => sign(messageName, request, privateKey),
    verify: (request, signature, address) => {
      const signer = recoverMessageSigner(messageName, request, signature)
      return signer !== undefined && toAddress(signer, network) === address.toLowerCase()
    },
  }
}

function toAddress(publicKey: Uint8Array, network: typeof NETWORK): string {
  return p2wpkh(secp256k1.parsePublicKey(publicKey), network).address
}

function sign(name: string, request: SignatureRequest, privateKey: Uint8Array): HexSignature {
  const { r, s, recovery } = secp256k1.sign(messageHash(name, encodeMessageRequest(request)), privateKey)
  const encoded = Buffer.concat([Buffer.of(segwitHeader + recovery), r, s]).toString('base64')
  return { ...formatEcdsaSignature({ r, s, recovery }, segwitHeader), encoded }
}

/**
 * Recovers the public key that signed a message. Accepts hex with the header byte last, or base64 with the header byte first.
 * Also accepts headers 31 to 34 (compressed P2PKH), which many wallets write for segwit addresses.
 */
function recoverMessageSigner(name: string, request: SignatureRequest, signature: string): Uint8Array | undefined {
  const hash = messageHash(name, encodeMessageRequest(request))
  const parts = parseEcdsaSignature(signature) ?? parseBase64Signature(signature)
  if (parts === undefined) return undefined
  const { r, s, v } = parts
  const recovery = v >= segwitHeader ? v - segwitHeader : v - 31
  return recovery >= 0 && recovery <= 3 ? recoverPublicKey(hash, { r, s, recovery }) : undefined
}

function parseBase64Signature(text: string): ReturnType<typeof parseEcdsaSignature> {
  if (!/^[A-Za-z0-9+/]{87}=$/.test(text)) return undefined
  const bytes = parseBase64(text)
  if (bytes === undefined) return undefined
  return { v: bytes[0] ?? 0, r: bytes.slice(1, 33), s: bytes.slice(33, 65) }
}

function messageHash(name: string, message: Uint8Array): Uint8Array {
  const prefix = Buffer.from(`${name} Signed Message:\n`)
  const whole = [prefix, message].flatMap((part) => [CompactSize.encode(BigInt(part.length)), part])
  return sha256(sha256(Buffer.concat(whole)))
}

function sha256(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(bytes).digest())
}

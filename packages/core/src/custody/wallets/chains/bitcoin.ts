import { parseBase64 } from '../../../kernel/base64.ts'
import { createHash } from 'node:crypto'
import { Address, CompactSize, NETWORK, OutScript, p2pkh, p2sh, p2wpkh, WIF } from '@scure/btc-signer'
import { secp256k1 } from '../../../kernel/crypto/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { bip38Format } from '../keystores/bip38.ts'
import { web3Keystore } from '../keystores/web3.ts'
import { deriveBip32Key } from './bip32.ts'
import type { Chain, ChainKey, HexSignature, OutputAddress, SignatureRequest } from './chain.ts'
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

/** Characters of the longest address: P2WSH or P2TR in bech32 (BIP-173). */
const maxAddressCharacters = 90

/** The types of addresses that coins can be sent to: P2PKH, P2SH, P2WPKH, P2WSH, P2TR. */
const recipientTypes: readonly string[] = ['pkh', 'sh', 'wpkh', 'wsh', 'tr']

/** The bases of the header byte, to which the recovery id is added (BIP-137), and the last one of all. */
const headers = { uncompressed: 27, compressed: 31, nestedSegwit: 35, segwit: 39, end: 42 } as const

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
    encryptedWif: bip38Format((publicKey) => p2pkh(publicKey, network).address),
    keystore: web3Keystore(),
    sign: (request, privateKey) => sign(messageName, request, privateKey),
    verify: (request, signature, address) => {
      const signer = recoverMessageSigner(messageName, request, signature)
      return signer !== undefined && toSignerAddresses(signer, network).includes(toCanonicalAddress(address, network))
    },
    parseRecipient: (address) => parseRecipient(address, network),
  }
}

function toAddress(publicKey: Uint8Array, network: typeof NETWORK): string {
  return p2wpkh(secp256k1.parsePublicKey(publicKey), network).address
}

function parseRecipient(text: string, network: typeof NETWORK): OutputAddress | undefined {
  if (text.length > maxAddressCharacters) return undefined
  try {
    const output = Address(network).decode(toCanonicalAddress(text, network))
    if (!recipientTypes.includes(output.type)) return undefined
    return { address: Address(network).encode(output), script: OutScript.encode(output) }
  } catch {
    return undefined
  }
}

function sign(name: string, request: SignatureRequest, privateKey: Uint8Array): HexSignature {
  const { r, s, recovery } = secp256k1.sign(messageHash(name, encodeMessageRequest(request)), privateKey)
  const encoded = Buffer.concat([Buffer.of(headers.segwit + recovery), r, s]).toString('base64')
  return { ...formatEcdsaSignature({ r, s, recovery }, headers.segwit), encoded }
}

interface MessageSigner {
  /** 65 bytes. */
  readonly publicKey: Uint8Array
  readonly header: number
}

/** Recovers the public key that signed a message. Accepts hex with the header byte last, or base64 with the header byte first. */
function recoverMessageSigner(name: string, request: SignatureRequest, signature: string): MessageSigner | undefined {
  const hash = messageHash(name, encodeMessageRequest(request))
  const parts = parseEcdsaSignature(signature) ?? parseBase64Signature(signature)
  if (parts === undefined || parts.v < headers.uncompressed || parts.v > headers.end) return undefined
  const { r, s, v: header } = parts
  const publicKey = recoverPublicKey(hash, { r, s, recovery: (header - headers.uncompressed) % 4 })
  return publicKey && { publicKey, header }
}

/**
 * The addresses that a header byte stands for (BIP-137): P2PKH of the uncompressed key, P2PKH of the compressed key, P2SH-P2WPKH, P2WPKH. Many
 * wallets write the header of a compressed key for its segwit addresses too.
 */
function toSignerAddresses(
  { publicKey, header }: MessageSigner,
  network: typeof NETWORK,
): readonly (string | undefined)[] {
  if (header < headers.compressed) return [p2pkh(publicKey, network).address]
  const compressed = secp256k1.parsePublicKey(publicKey)
  const segwit = p2wpkh(compressed, network)
  const nested = p2sh(segwit, network).address
  if (header >= headers.segwit) return [segwit.address]
  if (header >= headers.nestedSegwit) return [nested]
  return [p2pkh(compressed, network).address, nested, segwit.address]
}

/** Bech32 addresses may be all lower or all upper case, never mixed (BIP-173 "Bech32"). Base58 is case-sensitive. */
function toCanonicalAddress(address: string, { bech32 }: typeof NETWORK): string {
  const isUpperCase = address === address.toUpperCase() && address.startsWith(`${bech32.toUpperCase()}1`)
  return isUpperCase ? address.toLowerCase() : address
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

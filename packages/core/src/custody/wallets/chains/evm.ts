import { keccak_256 } from '@noble/hashes/sha3.js'
import { addr } from 'micro-eth-signer'
import { type RecoverableSignature, secp256k1 } from '../../../kernel/crypto/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { web3Keystore } from '../keystores/web3.ts'
import { deriveBip32Key } from './bip32.ts'
import type { Chain, ChainKey, HexSignature, SignatureRequest } from './chain.ts'
import { formatEcdsaSignature, parseEcdsaSignature, recoverPublicKey } from './ecdsa-signature.ts'
import { bytesToHex, hexToBytes, parseHexPrivateKey } from './hex.ts'
import { encodeMessage } from './message-text.ts'
import { hashTypedData } from './typed-data.ts'
import { TypedValueError } from './typed-values.ts'

/** The parameters of one EVM chain. */
export interface EvmChain {
  /** The name of the chain in the APIs, such as `ETHEREUM`. */
  readonly secretType: string
  /** The ticker symbol of the native coin. */
  readonly symbol: string
  /** EIP-155 chain id. */
  readonly chainId: bigint
}

/** The EVM chains supported without configuration. */
export const evmChains: readonly EvmChain[] = [
  { secretType: 'ETHEREUM', symbol: 'ETH', chainId: 1n },
  { secretType: 'MATIC', symbol: 'POL', chainId: 137n },
  { secretType: 'BSC', symbol: 'BNB', chainId: 56n },
  { secretType: 'AVAC', symbol: 'AVAX', chainId: 43114n },
  { secretType: 'ARBITRUM', symbol: 'ETH', chainId: 42161n },
  { secretType: 'OPTIMISM', symbol: 'ETH', chainId: 10n },
  { secretType: 'BASE', symbol: 'ETH', chainId: 8453n },
]

/**
 * Creates an EVM chain: secp256k1 keys at m/44'/60'/0'/0/index (BIP-44), EIP-55 addresses, EIP-191 and EIP-712 signatures.
 *
 * @example
 * ```ts
 * import { evmChain, knownChains } from '@billfold/core'
 *
 * const gnosis = evmChain({ secretType: 'GNOSIS', symbol: 'XDAI', chainId: 100n })
 * const custody = { chains: new Map([...knownChains(), [gnosis.secretType, gnosis]]) }
 * ```
 */
export function evmChain(chain: EvmChain): Chain {
  return {
    secretType: chain.secretType,
    symbol: chain.symbol,
    decimals: 18,
    curve: 'secp256k1',
    derivationPath: (index) => `m/44'/60'/0'/0/${index}`,
    deriveKey: (seed, path) => toChainKey(deriveBip32Key(seed, path)),
    generateKey: () => toChainKey(secp256k1.generatePrivateKey()),
    toChainKey: toChainKey,
    parsePrivateKey: parseHexPrivateKey,
    formatPrivateKey: bytesToHex,
    keystore: web3Keystore((privateKey) => toChainKey(privateKey).address.slice(2).toLowerCase()),
    sign,
    verify,
    computeDigest,
  }
}

function toChainKey(privateKey: Uint8Array): ChainKey {
  const publicKey = secp256k1.getPublicKey(privateKey, false)
  return { privateKey, publicKey, address: addr.fromPublicKey(publicKey) }
}

function sign(request: SignatureRequest, privateKey: Uint8Array): HexSignature {
  return formatEcdsaSignature(secp256k1.sign(computeDigest(request), privateKey), 27)
}

/** Typed data that cannot be hashed is reported as an input error, because nobody can have signed it. */
function verify(request: SignatureRequest, signature: string, address: string): boolean {
  const digest = computeDigest(request)
  const parts = parseEvmSignature(signature)
  const signer = parts && recoverPublicKey(digest, parts)
  return signer !== undefined && isSameAddress(addr.fromPublicKey(signer), address)
}

/** Computes what is signed: a prefixed message (EIP-191 version 0x45), or typed data (EIP-712). @throws BillfoldError `input.invalid` */
function computeDigest(request: SignatureRequest): Uint8Array {
  if (request.type === 'EIP712') return hashData(request.data)
  const message = encodeMessage(request.data)
  return keccak_256(Buffer.concat([Buffer.from(`\x19Ethereum Signed Message:\n${message.length}`), message]))
}

function hashData(data: unknown): Uint8Array {
  try {
    return hashTypedData(data)
  } catch (cause) {
    const [path, message] =
      cause instanceof TypedValueError ? [`data.${cause.path}`, cause.message] : ['data', 'is not typed data (EIP-712)']
    throw new BillfoldError('input.invalid', { issues: [{ path, message }], cause })
  }
}

/** Parses 65 bytes with v as 27, 28, 0 or 1, which some wallets write, or the 64 bytes of a compact signature (ERC-2098). */
function parseEvmSignature(signature: string): RecoverableSignature | undefined {
  const compact = hexToBytes(signature, 64)
  if (compact !== undefined) {
    const [r, s] = [compact.slice(0, 32), compact.slice(32)]
    const recovery = (s[0] ?? 0) >> 7
    s[0] = (s[0] ?? 0) & 0x7f
    return { r, s, recovery }
  }
  const parts = parseEcdsaSignature(signature)
  return parts !== undefined && [0, 1, 27, 28].includes(parts.v) ? { ...parts, recovery: parts.v % 27 } : undefined
}

/** Compares an address with one in ERC-55 format. It may be all lower or upper case; in mixed case the checksum must be right. */
function isSameAddress(checksummed: string, address: string): boolean {
  const digits = address.slice(2)
  const isOneCase = digits === digits.toLowerCase() || digits === digits.toUpperCase()
  return (
    address.startsWith('0x') &&
    (isOneCase ? checksummed.toLowerCase() === address.toLowerCase() : checksummed === address)
  )
}

import { addr, eip191Signer, recoverAddressTyped, signTyped } from 'micro-eth-signer'
import { z } from 'zod'
import { secp256k1 } from '../../../kernel/crypto/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { web3Keystore } from '../keystores/web3.ts'
import { deriveBip32Key } from './bip32.ts'
import type { Chain, ChainKey, HexSignature, SignatureRequest } from './chain.ts'
import { parseEcdsaSignature } from './ecdsa-signature.ts'
import { bytesToHex, parseHexPrivateKey } from './hex.ts'
import { encodeMessageText } from './message-text.ts'

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
  }
}

function toChainKey(privateKey: Uint8Array): ChainKey {
  const publicKey = secp256k1.getPublicKey(privateKey, false)
  return { privateKey, publicKey, address: addr.fromPublicKey(publicKey) }
}

function sign(request: SignatureRequest, privateKey: Uint8Array): HexSignature {
  if (request.type === 'MESSAGE')
    return hexSignature(eip191Signer.sign(encodeMessageText(request.data), privateKey, false))
  const data = parseTypedData(request.data)
  try {
    return hexSignature(signTyped(data, privateKey, false))
  } catch (error) {
    throw invalidTypedData(error)
  }
}

/** Also returns false for typed data that cannot be hashed, because nobody can have signed it. */
function verify(request: SignatureRequest, signature: string, address: string): boolean {
  const recover = createRecover(request)
  const hex = normalizeV(signature)
  if (hex === undefined) return false
  try {
    return recover(hex).toLowerCase() === address.toLowerCase()
  } catch {
    return false
  }
}

/** Returns a function that recovers the signer's address. Invalid data throws here, so that it is reported as an input error. */
function createRecover(request: SignatureRequest): (signature: string) => string {
  if (request.type === 'MESSAGE') {
    const message = encodeMessageText(request.data)
    return (signature) => eip191Signer.recoverAddress(signature, message)
  }
  const data = parseTypedData(request.data)
  return (signature) => recoverAddressTyped(signature, data)
}

/** Normalizes v to 27 or 28, because some wallets write 0 or 1. Returns undefined for malformed signatures. */
function normalizeV(signature: string): string | undefined {
  const parts = parseEcdsaSignature(signature)
  if (parts === undefined || ![0, 1, 27, 28].includes(parts.v)) return undefined
  return bytesToHex(Buffer.concat([parts.r, parts.s, Uint8Array.of(27 + (parts.v % 27))]))
}

function parseTypedData(data: unknown): SignableData {
  try {
    return typedData.parse(data)
  } catch (error) {
    throw invalidTypedData(error)
  }
}

function invalidTypedData(cause: unknown): BillfoldError {
  const issues = [{ path: 'data', message: 'is not valid typed data (EIP-712)' }]
  return new BillfoldError('input.invalid', { issues, cause })
}

function hexSignature(signature: string): HexSignature {
  const [r, s, v] = [signature.slice(2, 66), signature.slice(66, 130), signature.slice(130)]
  return { type: 'HEX_SIGNATURE', r: `0x${r}`, s: `0x${s}`, v: `0x${v}`, signature }
}

/** The five fields of an EIP-712 domain ("Definition of domainSeparator"). */
const domain = z.strictObject({
  name: z.string().exactOptional(),
  version: z.string().exactOptional(),
  chainId: z
    .union([
      z.number().transform(exactBigint),
      z
        .string()
        .regex(/^(0x[0-9a-fA-F]{1,64}|[0-9]{1,78})$/)
        .transform(BigInt),
    ])
    .exactOptional(),
  verifyingContract: z.string().exactOptional(),
  salt: z
    .string()
    .regex(/^0x[0-9a-fA-F]{64}$/)
    .transform((hex) => Uint8Array.from(Buffer.from(hex.slice(2), 'hex')))
    .exactOptional(),
})

/** The maximum number of types of one message. Hashing takes cubic time in the number of types: 40 ms for 64. */
const maxTypes = 64

type SignableData = Parameters<typeof signTyped>[0]

/**
 * Typed data parsed from JSON. Integers become bigints. The type of the signing library depends on literal types, which parsed
 * data does not have. The library validates every value itself, so the last step only asserts the type.
 */
const typedData = z
  .object({
    types: z
      .record(z.string(), z.array(z.object({ name: z.string(), type: z.string() })))
      .refine((types) => Object.keys(types).length <= maxTypes),
    primaryType: z.string(),
    domain,
    message: z.record(z.string(), z.unknown()).transform(wholeNumbersAsBigints),
  })
  .transform((data): unknown => data)
  .pipe(z.custom<SignableData>(() => true))

function wholeNumbersAsBigints(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, withBigints(value)]))
}

function withBigints(value: unknown): unknown {
  if (typeof value === 'number') return exactBigint(value)
  if (Array.isArray(value)) return value.map(withBigints)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, cell]) => [name, withBigints(cell)]))
  return value
}

/** Rejects numbers that JSON parsing may have rounded, so that the signed value is the intended one. */
function exactBigint(value: number): bigint {
  if (!Number.isSafeInteger(value)) throw new RangeError('integers beyond 2^53 must be strings')
  return BigInt(value)
}

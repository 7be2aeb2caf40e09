import { addr, eip191Signer, recoverAddressTyped, signTyped } from 'micro-eth-signer'
import { z } from 'zod'
import { secp256k1 } from '../../crypto/index.ts'
import { BillfoldError } from '../../errors.ts'
import { web3Keystore } from '../keystores/web3.ts'
import { bip32KeyAt } from './bip32.ts'
import type { Chain, ChainKey, HexSignature, SignatureRequest } from './chain.ts'
import { splitSignature } from './ecdsa-signature.ts'
import { hexOf, privateKeyOfHex } from './hex.ts'
import { textBytes } from './message-text.ts'

/** What makes one EVM chain another than the next. */
export interface EvmChain {
  readonly secretType: string
  readonly symbol: string
  /** EIP-155 chain id. */
  readonly chainId: bigint
}

/** The EVM chains that are known without configuration. */
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
 * A chain of the EVM family: secp256k1 keys at m/44'/60'/0'/0/index (BIP-44), EIP-55 addresses, EIP-191 and EIP-712 signatures.
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
    deriveKey: (seed, path) => keyOf(bip32KeyAt(seed, path)),
    newKey: () => keyOf(secp256k1.generatePrivateKey()),
    keyOf,
    readPrivateKey: privateKeyOfHex,
    writePrivateKey: hexOf,
    keystore: web3Keystore((privateKey) => keyOf(privateKey).address.slice(2).toLowerCase()),
    sign,
    verify,
  }
}

function keyOf(privateKey: Uint8Array): ChainKey {
  const publicKey = secp256k1.publicKeyOf(privateKey, false)
  return { privateKey, publicKey, address: addr.fromPublicKey(publicKey) }
}

function sign(request: SignatureRequest, privateKey: Uint8Array): HexSignature {
  if (request.type === 'MESSAGE') return hexSignature(eip191Signer.sign(textBytes(request.data), privateKey, false))
  const data = signableData(request.data)
  try {
    return hexSignature(signTyped(data, privateKey, false))
  } catch (error) {
    throw notTypedData(error)
  }
}

/** False, too, for typed data that has no hash: nobody can have signed it. */
function verify(request: SignatureRequest, signature: string, address: string): boolean {
  const recover = signerOf(request)
  const hex = withUsualV(signature)
  if (hex === undefined) return false
  try {
    return recover(hex).toLowerCase() === address.toLowerCase()
  } catch {
    return false
  }
}

/** Who signed. The data is read first, so that what is wrong with it is told apart from a wrong signature. */
function signerOf(request: SignatureRequest): (signature: string) => string {
  if (request.type === 'MESSAGE') {
    const message = textBytes(request.data)
    return (signature) => eip191Signer.recoverAddress(signature, message)
  }
  const data = signableData(request.data)
  return (signature) => recoverAddressTyped(signature, data)
}

/** The signature with 1b or 1c for its v, for which some wallets write 0 or 1; undefined when it is something else. */
function withUsualV(signature: string): string | undefined {
  const parts = splitSignature(signature)
  if (parts === undefined || ![0, 1, 27, 28].includes(parts.v)) return undefined
  return hexOf(Buffer.concat([parts.r, parts.s, Uint8Array.of(27 + (parts.v % 27))]))
}

function signableData(data: unknown): SignableData {
  try {
    return typedData.parse(data)
  } catch (error) {
    throw notTypedData(error)
  }
}

function notTypedData(cause: unknown): BillfoldError {
  const issues = [{ path: 'data', message: 'is not typed data that can be signed (EIP-712)' }]
  return new BillfoldError('input.invalid', { issues, cause })
}

function hexSignature(signature: string): HexSignature {
  const [r, s, v] = [signature.slice(2, 66), signature.slice(66, 130), signature.slice(130)]
  return { type: 'HEX_SIGNATURE', r: `0x${r}`, s: `0x${s}`, v: `0x${v}`, signature }
}

/** The five fields that a domain can have (EIP-712, definition of domainSeparator). */
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

/** Types of one message: the signer's work grows with their cube, and is 40 ms for so many. */
const mostTypes = 64

type SignableData = Parameters<typeof signTyped>[0]

/**
 * Typed data as JSON brings it; whole numbers become bigints, which is what integers are signed as. The signer's own type
 * follows from literal types, which parsed data has not, and the signer checks every value: hence the last step.
 */
const typedData = z
  .object({
    types: z
      .record(z.string(), z.array(z.object({ name: z.string(), type: z.string() })))
      .refine((types) => Object.keys(types).length <= mostTypes),
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

/** A number that JSON may have rounded is refused: what is signed must be what was meant. */
function exactBigint(value: number): bigint {
  if (!Number.isSafeInteger(value)) throw new RangeError('a number beyond 2^53 must be a string')
  return BigInt(value)
}

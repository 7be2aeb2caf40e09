import { keccak_256 } from '@noble/hashes/sha3.js'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { type RecoverableSignature, secp256k1 } from '../../kernel/crypto/index.ts'
import { addressToBytes, publicKeyToAddress } from './address.ts'
import { encodeBytes32String } from './bytes32-string.ts'
import type { Address, PreparedChange, RegistryChange } from './registry.ts'

/** The ERC-1056 function of each change. The suffix `Signed` gives the variant that a third party may call. */
export const erc1056Functions = {
  owner: 'changeOwner',
  delegate: 'addDelegate',
  'revoke-delegate': 'revokeDelegate',
  attribute: 'setAttribute',
  'revoke-attribute': 'revokeAttribute',
} as const satisfies Record<RegistryChange['kind'], string>

/**
 * Computes the digest that an owner signs so that a third party can submit the change (ERC-1056): keccak256 over 0x19,
 * 0x00, the registry, the owner's nonce, the identity, the function's name and its packed arguments. Unlike EIP-191
 * version 0x45, there is no further prefix.
 */
export function computeChangeDigest(
  registry: Address,
  nonce: bigint,
  identity: Address,
  change: RegistryChange,
): Uint8Array {
  return keccak_256(
    Buffer.concat([
      Buffer.of(0x19, 0x00),
      addressToBytes(registry),
      toUint256(nonce),
      addressToBytes(identity),
      Buffer.from(erc1056Functions[change.kind], 'latin1'),
      ...encodeArguments(change),
    ]),
  )
}

function encodeArguments(change: RegistryChange): readonly Uint8Array[] {
  switch (change.kind) {
    case 'owner':
      return [addressToBytes(change.newOwner)]
    case 'delegate':
      return [toBytes32(change.delegateType), addressToBytes(change.delegate), toUint256(BigInt(change.validity))]
    case 'revoke-delegate':
      return [toBytes32(change.delegateType), addressToBytes(change.delegate)]
    case 'attribute':
      return [toBytes32(change.name), change.value, toUint256(BigInt(change.validity))]
    case 'revoke-attribute':
      return [toBytes32(change.name), change.value]
  }
}

/** Encodes a name as bytes32. @throws BillfoldError `input.invalid` */
export function toBytes32(name: string): Uint8Array {
  const bytes = encodeBytes32String(name)
  if (bytes === undefined) throw new BillfoldError('input.invalid')
  return bytes
}

function toUint256(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
}

/**
 * Verifies the signature of a change as the contract will, before anybody pays for it. The digest is recomputed, not
 * trusted.
 *
 * @throws BillfoldError `crypto.invalid-signature`
 */
export function assertChangeSignature(
  registry: Address,
  prepared: PreparedChange,
  signature: RecoverableSignature,
): void {
  const { nonce, identity, change, signer } = prepared
  // ecrecover accepts only 27 and 28. The other two need an r above the curve order, which does not occur in practice.
  if (signature.recovery > 1) throw new BillfoldError('crypto.invalid-signature')
  const digest = computeChangeDigest(registry, nonce, identity, change)
  if (recoverAddress(digest, signature) !== signer) throw new BillfoldError('crypto.invalid-signature')
}

function recoverAddress(digest: Uint8Array, signature: RecoverableSignature): Address | undefined {
  try {
    return publicKeyToAddress(secp256k1.recoverPublicKey(digest, signature))
  } catch (error) {
    if (isBillfoldError(error)) return undefined
    throw error
  }
}

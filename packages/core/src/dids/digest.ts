import { keccak_256 } from '@noble/hashes/sha3.js'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import { type RecoverableSignature, secp256k1 } from '../crypto/index.ts'
import { addressBytes, addressOf } from './address.ts'
import { bytesOfName } from './name-bytes.ts'
import type { Address, PreparedChange, RegistryChange } from './registry.ts'

/** The ERC-1056 function of each change. The suffix `Signed` gives the variant that a third party may call. */
export const methodOf = {
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
export function digestOf(registry: Address, nonce: bigint, identity: Address, change: RegistryChange): Uint8Array {
  return keccak_256(
    Buffer.concat([
      Buffer.of(0x19, 0x00),
      addressBytes(registry),
      toUint256(nonce),
      addressBytes(identity),
      Buffer.from(methodOf[change.kind], 'latin1'),
      ...encodeArguments(change),
    ]),
  )
}

function encodeArguments(change: RegistryChange): readonly Uint8Array[] {
  switch (change.kind) {
    case 'owner':
      return [addressBytes(change.newOwner)]
    case 'delegate':
      return [nameWord(change.delegateType), addressBytes(change.delegate), toUint256(BigInt(change.validity))]
    case 'revoke-delegate':
      return [nameWord(change.delegateType), addressBytes(change.delegate)]
    case 'attribute':
      return [nameWord(change.name), change.value, toUint256(BigInt(change.validity))]
    case 'revoke-attribute':
      return [nameWord(change.name), change.value]
  }
}

/** Encodes a name as bytes32. @throws BillfoldError `input.invalid` */
export function nameWord(name: string): Uint8Array {
  const bytes = bytesOfName(name)
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
export function checkSignature(registry: Address, prepared: PreparedChange, signature: RecoverableSignature): void {
  const { nonce, identity, change, signer } = prepared
  // ecrecover accepts only 27 and 28. The other two need an r above the curve order, which does not occur in practice.
  if (signature.recovery > 1) throw new BillfoldError('crypto.invalid-signature')
  const digest = digestOf(registry, nonce, identity, change)
  if (recoverAddress(digest, signature) !== signer) throw new BillfoldError('crypto.invalid-signature')
}

function recoverAddress(digest: Uint8Array, signature: RecoverableSignature): Address | undefined {
  try {
    return addressOf(secp256k1.recover(digest, signature))
  } catch (error) {
    if (isBillfoldError(error)) return undefined
    throw error
  }
}

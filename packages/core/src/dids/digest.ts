import { keccak_256 } from '@noble/hashes/sha3.js'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import { type RecoverableSignature, secp256k1 } from '../crypto/index.ts'
import { addressBytes, addressOf } from './address.ts'
import { bytesOfName } from './name-bytes.ts'
import type { Address, PreparedChange, RegistryChange } from './registry.ts'

/** The functions of ERC-1056 that a change is made by; with `Signed` behind it, by somebody else than the owner. */
export const methodOf = {
  owner: 'changeOwner',
  delegate: 'addDelegate',
  'revoke-delegate': 'revokeDelegate',
  attribute: 'setAttribute',
  'revoke-attribute': 'revokeAttribute',
} as const satisfies Record<RegistryChange['kind'], string>

/**
 * What an owner signs for a change that somebody else hands in (ERC-1056): keccak256 over 0x19, 0x00, the registry, the
 * owner's nonce, the identity, the function's name and its arguments, packed. It is signed as it is: unlike the messages of
 * EIP-191's version 0x45 it has no further prefix.
 */
export function digestOf(registry: Address, nonce: bigint, identity: Address, change: RegistryChange): Uint8Array {
  return keccak_256(
    Buffer.concat([
      Buffer.of(0x19, 0x00),
      addressBytes(registry),
      word(nonce),
      addressBytes(identity),
      Buffer.from(methodOf[change.kind], 'latin1'),
      ...argumentsOf(change),
    ]),
  )
}

function argumentsOf(change: RegistryChange): readonly Uint8Array[] {
  switch (change.kind) {
    case 'owner':
      return [addressBytes(change.newOwner)]
    case 'delegate':
      return [nameWord(change.delegateType), addressBytes(change.delegate), word(BigInt(change.validity))]
    case 'revoke-delegate':
      return [nameWord(change.delegateType), addressBytes(change.delegate)]
    case 'attribute':
      return [nameWord(change.name), change.value, word(BigInt(change.validity))]
    case 'revoke-attribute':
      return [nameWord(change.name), change.value]
  }
}

/** A name as 32 bytes. @throws BillfoldError `input.invalid` */
export function nameWord(name: string): Uint8Array {
  const bytes = bytesOfName(name)
  if (bytes === undefined) throw new BillfoldError('input.invalid')
  return bytes
}

function word(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
}

/**
 * Holds a signature against the change that it is for, as the contract will, so that no wrong one costs anybody a fee: the
 * digest is made anew, and it is the signer who signed it.
 * @throws BillfoldError `crypto.invalid-signature`
 */
export function checkSignature(registry: Address, prepared: PreparedChange, signature: RecoverableSignature): void {
  const { nonce, identity, change, signer } = prepared
  // ecrecover takes 27 and 28 only: the two further ones are of an r that no honest signer has ever met.
  if (signature.recovery > 1) throw new BillfoldError('crypto.invalid-signature')
  const digest = digestOf(registry, nonce, identity, change)
  if (recoveredAddress(digest, signature) !== signer) throw new BillfoldError('crypto.invalid-signature')
}

function recoveredAddress(digest: Uint8Array, signature: RecoverableSignature): Address | undefined {
  try {
    return addressOf(secp256k1.recover(digest, signature))
  } catch (error) {
    if (isBillfoldError(error)) return undefined
    throw error
  }
}

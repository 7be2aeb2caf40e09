import { secp256k1 } from '@billfold/core'
import { addressOf } from '@billfold/core/dids'

/** Who can own identities: a key without any funds. */
export interface Owner {
  readonly privateKey: Uint8Array
  readonly address: string
}

/** A new one. */
export function newOwner(): Owner {
  const privateKey = secp256k1.generatePrivateKey()
  return { privateKey, address: addressOf(secp256k1.publicKeyOf(privateKey)) }
}

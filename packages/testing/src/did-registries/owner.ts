import { secp256k1 } from '@billfold/core'
import { addressOf } from '@billfold/core/dids'

/** An owner of identities: a key without funds. */
export interface Owner {
  readonly privateKey: Uint8Array
  readonly address: string
}

/** Creates an owner with a new key. */
export function newOwner(): Owner {
  const privateKey = secp256k1.generatePrivateKey()
  return { privateKey, address: addressOf(secp256k1.publicKeyOf(privateKey)) }
}

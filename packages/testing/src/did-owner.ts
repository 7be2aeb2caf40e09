import { secp256k1 } from '@billfold/core/crypto'
import { publicKeyToAddress } from '@billfold/core/dids'

/** An owner of identities: a key without funds. */
export interface DidOwner {
  readonly privateKey: Uint8Array
  readonly address: string
}

/** Creates an owner with a new key. */
export function createDidOwner(): DidOwner {
  const privateKey = secp256k1.generatePrivateKey()
  return { privateKey, address: publicKeyToAddress(secp256k1.getPublicKey(privateKey)) }
}

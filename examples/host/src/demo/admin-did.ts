import { knownChains } from '@billfold/core'

/** A DID that may change every wallet of the DID API, and its private key (hex, with 0x). */
export interface AdminDid {
  readonly did: string
  readonly privateKey: string
}

/** A new admin DID. Its key is for the demo credentials alone: the host never needs it. */
export function newAdminDid(): AdminDid {
  const ethereum = knownChains().get('ETHEREUM')
  if (ethereum === undefined) throw new Error('Ethereum is a chain that is known')
  const key = ethereum.newKey()
  return {
    did: `did:spherity:${key.address.toLowerCase()}`,
    privateKey: ethereum.writePrivateKey(key.privateKey),
  }
}

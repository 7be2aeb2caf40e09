import { knownChains } from '@billfold/core'

/** An admin DID, which may update every wallet of the DID API, and its private key (hex, with 0x). */
export interface AdminDid {
  readonly did: string
  readonly privateKey: string
}

/** Creates an admin DID. Its private key goes to the demo credentials only; the host does not need it. */
export function createAdminDid(): AdminDid {
  const ethereum = knownChains().get('ETHEREUM')
  if (ethereum === undefined) throw new Error('Ethereum is not a known chain')
  const key = ethereum.generateKey()
  return {
    did: `did:spherity:${key.address.toLowerCase()}`,
    privateKey: ethereum.formatPrivateKey(key.privateKey),
  }
}

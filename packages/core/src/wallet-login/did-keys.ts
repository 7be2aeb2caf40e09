import { BillfoldError } from '../errors.ts'
import { addressInDid, type Wallet } from './wallet.ts'

/** A key that a DID may be authenticated with. */
export interface DidKey {
  /** The id of the verification method: `did:ethr:0x…#controller`. */
  readonly id: string
  /** The Ethereum address of the key, or else its public key in hex (64 bytes, without 04). */
  readonly address?: string
  readonly publicKey?: string
}

/** Finds the keys that may authenticate a DID; undefined where there is no such DID. */
export type ResolveDid = (did: string, tenant: string) => Promise<readonly DidKey[] | undefined>

/** What older wallets call the key of their DID, whatever its document calls it. */
const onlyKey = 'keys-1'

/**
 * Resolves the DIDs that carry the address of their key: did:ethr, did:eth and did:spherity. It knows no registry, so
 * it is right only as long as nobody has handed such a DID over to another key.
 */
export const addressDids: ResolveDid = async (did) => {
  const address = addressInDid(did)
  return address === undefined ? undefined : [{ id: `${did}#controller`, address }]
}

/**
 * Holds a wallet to a DID that it claims, and to the key of it that it names, if it names one.
 * @throws BillfoldError `login.refused`
 */
export async function checkDid(
  resolve: ResolveDid,
  tenant: string,
  { did, keyId }: { readonly did: string; readonly keyId?: string | undefined },
  wallet: Wallet,
): Promise<void> {
  const keys = (await resolve(did, tenant)) ?? []
  const named = keys.filter(({ id }) => id === keyId)
  const candidates = named.length === 0 && (keyId === undefined || keyId === `${did}#${onlyKey}`) ? keys : named
  if (!candidates.some((key) => isKeyOf(key, wallet))) throw new BillfoldError('login.refused')
}

function isKeyOf({ address, publicKey }: DidKey, wallet: Wallet): boolean {
  if (publicKey !== undefined) return publicKey.toLowerCase().replace(/^(0x)?(04(?=.{128}$))?/, '') === wallet.publicKey
  return address?.toLowerCase() === wallet.address
}

import { BillfoldError } from '../../kernel/errors.ts'
import { parseAddressFromDid, type ExternalWallet } from './external-wallet.ts'

/** A key listed under `authentication` of a DID document. */
export interface DidKey {
  /** Id of the verification method: `did:ethr:0x…#controller`. */
  readonly id: string
  /** Ethereum address of the key, with 0x. Either this or `publicKey` is required. */
  readonly address?: string
  /** Uncompressed secp256k1 public key in hex: 64 bytes, without the 04 prefix. */
  readonly publicKey?: string
}

/** Resolves the authentication keys of a DID. Returns undefined if the DID does not exist. */
export type DidKeyResolver = (did: string, tenant: string) => Promise<readonly DidKey[] | undefined>

/** Fragment that older wallets use for the key of their DID, whatever the document names it. */
const legacyKeyFragment = 'keys-1'

/**
 * Resolves DIDs that contain the address of their key: did:ethr, did:eth, did:spherity and did:selfkey. Reads no registry, so the result is wrong once
 * ownership of the DID has been transferred.
 */
export const resolveAddressDid: DidKeyResolver = async (did) => {
  const address = parseAddressFromDid(did)
  return address === undefined ? undefined : [{ id: `${did}#controller`, address }]
}

/**
 * Asserts that a wallet's key is an authentication key of the DID that it claims, and the named one if `keyId` is given.
 * @throws BillfoldError `login.failed`
 */
export async function assertDidHasWalletKey(
  resolve: DidKeyResolver,
  tenant: string,
  { did, keyId }: { readonly did: string; readonly keyId?: string | undefined },
  wallet: ExternalWallet,
): Promise<void> {
  const keys = (await resolve(did, tenant)) ?? []
  const named = keys.filter(({ id }) => id === keyId)
  const candidates =
    named.length === 0 && (keyId === undefined || keyId === `${did}#${legacyKeyFragment}`) ? keys : named
  if (!candidates.some((key) => isKeyOfWallet(key, wallet))) throw new BillfoldError('login.failed')
}

/** Returns true if a key of a DID document is the key of a wallet. */
export function isKeyOfWallet({ address, publicKey }: DidKey, wallet: ExternalWallet): boolean {
  if (publicKey !== undefined) return publicKey.toLowerCase().replace(/^(0x)?(04(?=.{128}$))?/, '') === wallet.publicKey
  return address?.toLowerCase() === wallet.address
}

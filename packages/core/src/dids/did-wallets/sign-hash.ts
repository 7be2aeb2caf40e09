import type { CustodyServices } from '../../custody/services.ts'
import { type AuthorizedMethod, loadMasterSecret } from '../../identity/signing-methods/authorized-method.ts'
import { type RecoverableSignature, secp256k1 } from '../../kernel/crypto/index.ts'
import type { DidRegistry } from '../registries/registry.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { retryOnConflict } from '../../kernel/storage/index.ts'
import type { AuthorizeUser } from '../vaults/sealing-scope.ts'
import { getDidWalletById, findDidWalletByAddress } from './find.ts'
import { type DidWalletRow, openDidWalletKey } from './seal-key.ts'
import type { DidWalletSettings } from './settings.ts'

/** The wallet whose key signs for a DID, and the authorized method if the key belongs to a user. */
export interface DidSigner {
  readonly wallet: DidWalletRow
  readonly method: AuthorizedMethod | undefined
}

/**
 * Returns the signer of a DID: the wallet itself or, after a transfer, the wallet of the new owner.
 *
 * @throws BillfoldError `did-wallet.read-only` if the owner's key is not stored here, `signing-method.required`,
 *   `signing-method.invalid`
 */
export async function getDidSigner(
  services: CustodyServices,
  registry: DidRegistry,
  wallet: DidWalletRow,
  authorise: AuthorizeUser,
): Promise<DidSigner> {
  const owner = await registry.identityOwner(services, wallet.tenant, wallet.address)
  const row = owner === wallet.address ? wallet : await findDidWalletByAddress(services, wallet.tenant, owner)
  if (row === undefined) throw new BillfoldError('did-wallet.read-only')
  return { wallet: row, method: row.userId === null ? undefined : await authorise(row.userId) }
}

/**
 * Signs 32 bytes with the key of a DID wallet, which is read again first. Never call it with a hash chosen by a caller.
 *
 * @throws BillfoldError `did-wallet.not-found` if the wallet was deleted, `vault.mpc-unavailable`,
 *   `signing-method.invalid`
 */
export function signHashForDid(
  services: CustodyServices,
  settings: DidWalletSettings,
  { wallet, method }: DidSigner,
  hash: Uint8Array,
): Promise<RecoverableSignature> {
  return retryOnConflict(async () => {
    const current = await getDidWalletById(services, wallet.tenant, wallet.id)
    return signHashWithRows(services, settings, { wallet: current, method }, hash)
  })
}

/**
 * Signs 32 bytes with the key of a DID wallet that was just read. Call it within `retryOnConflict`, and return the signature
 * only after a commit that checks the rows of the signer.
 *
 * @throws BillfoldError `did-wallet.not-found` if the wallet has no key, `vault.mpc-unavailable`,
 *   `signing-method.invalid`; StaleReadError
 */
export async function signHashWithRows(
  services: CustodyServices,
  { thresholdSigner }: DidWalletSettings,
  { wallet, method }: DidSigner,
  hash: Uint8Array,
): Promise<RecoverableSignature> {
  if (wallet.sealedKey === null) {
    if (thresholdSigner === undefined) throw new BillfoldError('vault.mpc-unavailable')
    return thresholdSigner.sign(wallet.id, hash)
  }
  const privateKey = await loadPrivateKey(services, wallet, method)
  try {
    return secp256k1.sign(hash, privateKey)
  } finally {
    privateKey.fill(0)
  }
}

async function loadPrivateKey(
  services: CustodyServices,
  wallet: DidWalletRow,
  method: AuthorizedMethod | undefined,
): Promise<Uint8Array> {
  if (wallet.userId === null) return openDidWalletKey(services, wallet, undefined)
  if (method?.row.ownerId !== wallet.userId) throw new BillfoldError('signing-method.invalid')
  return openDidWalletKey(services, wallet, (await loadMasterSecret(services, method)).secret)
}

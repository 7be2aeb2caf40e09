import { currentSecret, type OpenedMethod } from '../credentials/unlock.ts'
import { type RecoverableSignature, secp256k1 } from '../crypto/index.ts'
import type { DidRegistry } from '../dids/registry.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { decide } from '../storage/index.ts'
import type { Authorise } from '../vaults/holder.ts'
import { findIdentityById, heldKeyOf } from './find.ts'
import { type IdentityRow, openKey } from './seal-key.ts'
import type { IdentitySettings } from './settings.ts'

/** The wallet whose key signs for a DID, and the authorized method if the key belongs to a user. */
export interface DidSigner {
  readonly row: IdentityRow
  readonly authority: OpenedMethod | undefined
}

/**
 * Returns the signer of a DID: the wallet itself or, after a transfer, the wallet of the new owner.
 *
 * @throws BillfoldError `did-wallet.read-only` if the owner's key is not stored here, `signing-method.required`,
 *   `signing-method.invalid`
 */
export async function signerOf(
  services: Services,
  registry: DidRegistry,
  wallet: IdentityRow,
  authorise: Authorise,
): Promise<DidSigner> {
  const owner = await registry.identityOwner(services, wallet.tenant, wallet.address)
  const row = owner === wallet.address ? wallet : await heldKeyOf(services, wallet.tenant, owner)
  if (row === undefined) throw new BillfoldError('identity.read-only')
  return { row, authority: row.userId === null ? undefined : await authorise(row.userId) }
}

/**
 * Signs 32 bytes with the key of a DID wallet. Never call it with a hash chosen by a caller.
 *
 * @throws BillfoldError `did-wallet.not-found` if the wallet was deleted, `vault.mpc-unavailable`,
 *   `signing-method.invalid`
 */
export async function signHash(
  services: Services,
  { thresholdSigner }: IdentitySettings,
  { row, authority }: DidSigner,
  hash: Uint8Array,
): Promise<RecoverableSignature> {
  if (row.sealedKey === null) {
    if (thresholdSigner === undefined) throw new BillfoldError('vault.mpc-unavailable')
    await findIdentityById(services, row.tenant, row.id)
    return thresholdSigner.sign(row.id, hash)
  }
  const privateKey = await decide(async () => {
    const current = await findIdentityById(services, row.tenant, row.id)
    if (current.userId === null) return openKey(services, current, undefined)
    if (authority?.row.ownerId !== current.userId) throw new BillfoldError('signing-method.invalid')
    return openKey(services, current, (await currentSecret(services, authority)).secret)
  })
  try {
    return secp256k1.sign(hash, privateKey)
  } finally {
    privateKey.fill(0)
  }
}

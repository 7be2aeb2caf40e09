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

/** Whose key signs for a DID, and the method that opens it where it is a user's. */
export interface DidSigner {
  readonly row: IdentityRow
  readonly authority: OpenedMethod | undefined
}

/**
 * Who signs for a DID: the wallet itself, or, once it was given to another DID, the wallet of that one.
 * @throws BillfoldError `identity.read-only` when the owner's key is not held here, `signing-method.required`, `signing-method.invalid`
 */
export async function signerOf(
  services: Services,
  registry: DidRegistry,
  identity: IdentityRow,
  authorise: Authorise,
): Promise<DidSigner> {
  const owner = await registry.identityOwner(services, identity.tenant, identity.address)
  const row = owner === identity.address ? identity : await heldKeyOf(services, identity.tenant, owner)
  if (row === undefined) throw new BillfoldError('identity.read-only')
  return { row, authority: row.userId === null ? undefined : await authorise(row.userId) }
}

/**
 * Signs a hash of 32 bytes with the key of a DID wallet. Never for a hash that a caller chose.
 * @throws BillfoldError `identity.unknown` when the wallet was deleted, `vault.mpc-unavailable`, `signing-method.invalid`
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

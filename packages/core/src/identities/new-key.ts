import type { MasterSecret } from '../credentials/sealing.ts'
import { secp256k1 } from '../crypto/index.ts'
import { addressOf, withChecksum } from '../dids/address.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { update, type Write } from '../storage/index.ts'
import { keyAt } from '../vaults/derive.ts'
import { openEntropy, type VaultRow } from '../vaults/seal-entropy.ts'
import { vaults } from '../vaults/tables.ts'
import { type IdentityRow, sealKey } from './seal-key.ts'
import type { IdentitySettings } from './settings.ts'

type KeyCells = Pick<
  IdentityRow,
  'address' | 'ethereumAddress' | 'publicKey' | 'generation' | 'sealedKey' | 'vaultId' | 'hdIndex'
>

/** The key of a new wallet, sealed, and the writes that must be in the same commit. */
export interface NewKey {
  readonly cells: KeyCells
  readonly writes: readonly Write[]
}

/** A random key, of a wallet in no vault. */
export async function plainKey(
  services: Services,
  own: Pick<IdentityRow, 'id' | 'tenant'>,
  secret: MasterSecret | undefined,
): Promise<NewKey> {
  const cells = await cellsOf(services, own, secp256k1.generatePrivateKey(), secret)
  return { cells: { ...cells, vaultId: null, hdIndex: null }, writes: [] }
}

/**
 * The next key of a vault. A BIP44 vault gives every index once, and leaves none out: the guard on `nextIndex` and the new
 * wallet are one commit.
 * @throws BillfoldError `vault.mpc-unavailable`, `signing-method.required`; StaleRead
 */
export async function vaultKey(
  services: Services,
  { thresholdSigner }: IdentitySettings,
  own: Pick<IdentityRow, 'id' | 'tenant'>,
  vault: VaultRow,
  secret: MasterSecret | undefined,
): Promise<NewKey> {
  if (vault.kind === 'MPC') {
    if (thresholdSigner === undefined) throw new BillfoldError('vault.mpc-unavailable')
    const publicKey = secp256k1.parsePublicKey(await thresholdSigner.createKey(own.id), false)
    const sealed = { generation: null, sealedKey: null }
    return { cells: { ...publicCells(publicKey), ...sealed, vaultId: vault.id, hdIndex: null }, writes: [] }
  }
  const index = vault.nextIndex
  const entropy = await openEntropy(services, vault, secret)
  const cells = await cellsOf(services, own, await keyAt(entropy, index), secret)
  entropy.fill(0)
  const takesIndex = update(vaults, { where: { id: vault.id, nextIndex: index }, add: { nextIndex: 1 } })
  return { cells: { ...cells, vaultId: vault.id, hdIndex: index }, writes: [takesIndex] }
}

async function cellsOf(
  services: Services,
  own: Pick<IdentityRow, 'id' | 'tenant'>,
  privateKey: Uint8Array,
  secret: MasterSecret | undefined,
): Promise<Omit<KeyCells, 'vaultId' | 'hdIndex'>> {
  const publicKey = secp256k1.publicKeyOf(privateKey, false)
  const sealed = await sealKey(services, own, privateKey, secret)
  privateKey.fill(0)
  return { ...publicCells(publicKey), ...sealed }
}

function publicCells(publicKey: Uint8Array): Pick<KeyCells, 'address' | 'ethereumAddress' | 'publicKey'> {
  const address = addressOf(publicKey)
  return { address, ethereumAddress: withChecksum(address), publicKey }
}

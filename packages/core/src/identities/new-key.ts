import type { MasterSecret } from '../credentials/sealing.ts'
import { secp256k1 } from '../crypto/index.ts'
import { addressOf, withChecksum } from '../dids/address.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { ThresholdSigner } from '../vaults/threshold-signer.ts'
import { type IdentityRow, sealKey } from './seal-key.ts'

type WalletId = Pick<IdentityRow, 'id' | 'tenant'>

/** The key columns of a new wallet: the sealed key, its public forms and its origin. */
export type KeyCells = Pick<
  IdentityRow,
  'address' | 'ethereumAddress' | 'publicKey' | 'generation' | 'sealedKey' | 'vaultId' | 'hdIndex'
>

/** Generates and seals a random key for a wallet outside of any vault. */
export function plainKey(services: Services, walletId: WalletId, secret: MasterSecret | undefined): Promise<KeyCells> {
  const origin = { vaultId: null, hdIndex: null }
  return sealColumns(services, walletId, origin, secp256k1.generatePrivateKey(), secret)
}

/** Seals a key that was derived from a vault. Zeroes `privateKey`. */
export function derivedKey(
  services: Services,
  walletId: WalletId,
  origin: { readonly vaultId: string; readonly hdIndex: number },
  privateKey: Uint8Array,
  secret: MasterSecret | undefined,
): Promise<KeyCells> {
  return sealColumns(services, walletId, origin, privateKey, secret)
}

/** Creates a key in the threshold signer. @throws BillfoldError `vault.mpc-unavailable` */
export async function sharedKey(
  signer: ThresholdSigner | undefined,
  { id }: WalletId,
  vaultId: string,
): Promise<KeyCells> {
  if (signer === undefined) throw new BillfoldError('vault.mpc-unavailable')
  const publicKey = secp256k1.parsePublicKey(await signer.createKey(id), false)
  return { ...toPublicColumns(publicKey), generation: null, sealedKey: null, vaultId, hdIndex: null }
}

async function sealColumns(
  services: Services,
  walletId: WalletId,
  origin: Pick<KeyCells, 'vaultId' | 'hdIndex'>,
  privateKey: Uint8Array,
  secret: MasterSecret | undefined,
): Promise<KeyCells> {
  const publicKey = secp256k1.publicKeyOf(privateKey, false)
  const sealed = await sealKey(services, walletId, privateKey, secret)
  privateKey.fill(0)
  return { ...toPublicColumns(publicKey), ...sealed, ...origin }
}

function toPublicColumns(publicKey: Uint8Array): Pick<KeyCells, 'address' | 'ethereumAddress' | 'publicKey'> {
  const address = addressOf(publicKey)
  return { address, ethereumAddress: withChecksum(address), publicKey }
}

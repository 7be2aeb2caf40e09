import type { CustodyServices } from '../../custody/services.ts'
import type { MasterSecret } from '../../platform/master-secret.ts'
import { secp256k1 } from '../../kernel/crypto/index.ts'
import { publicKeyToAddress, toChecksumAddress } from '../registries/address.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { ThresholdSigner } from '../vaults/threshold-signer.ts'
import { type DidWalletRow, sealDidWalletKey } from './seal-key.ts'

type WalletId = Pick<DidWalletRow, 'id' | 'tenant'>

/** The key columns of a new wallet: the sealed key, its public forms and its origin. */
export type DidWalletKeyColumns = Pick<
  DidWalletRow,
  'address' | 'ethereumAddress' | 'publicKey' | 'generation' | 'sealedKey' | 'vaultId' | 'hdIndex'
>

/** Generates and seals a random key for a wallet outside of any vault. */
export function createRandomKey(
  services: CustodyServices,
  walletId: WalletId,
  secret: MasterSecret | undefined,
): Promise<DidWalletKeyColumns> {
  const origin = { vaultId: null, hdIndex: null }
  return sealColumns(services, walletId, origin, secp256k1.generatePrivateKey(), secret)
}

/** Seals a key that was derived from a vault. Zeroes `privateKey`. */
export function sealDerivedKey(
  services: CustodyServices,
  walletId: WalletId,
  origin: { readonly vaultId: string; readonly hdIndex: number },
  privateKey: Uint8Array,
  secret: MasterSecret | undefined,
): Promise<DidWalletKeyColumns> {
  return sealColumns(services, walletId, origin, privateKey, secret)
}

/** Creates a key in the threshold signer. @throws BillfoldError `vault.mpc-unavailable` */
export async function createThresholdKey(
  signer: ThresholdSigner | undefined,
  { id }: WalletId,
  vaultId: string,
): Promise<DidWalletKeyColumns> {
  if (signer === undefined) throw new BillfoldError('vault.mpc-unavailable')
  const publicKey = secp256k1.parsePublicKey(await signer.createKey(id), false)
  return { ...toPublicColumns(publicKey), generation: null, sealedKey: null, vaultId, hdIndex: null }
}

async function sealColumns(
  services: CustodyServices,
  walletId: WalletId,
  origin: Pick<DidWalletKeyColumns, 'vaultId' | 'hdIndex'>,
  privateKey: Uint8Array,
  secret: MasterSecret | undefined,
): Promise<DidWalletKeyColumns> {
  const publicKey = secp256k1.getPublicKey(privateKey, false)
  const sealed = await sealDidWalletKey(services, walletId, privateKey, secret)
  privateKey.fill(0)
  return { ...toPublicColumns(publicKey), ...sealed, ...origin }
}

function toPublicColumns(
  publicKey: Uint8Array,
): Pick<DidWalletKeyColumns, 'address' | 'ethereumAddress' | 'publicKey'> {
  const address = publicKeyToAddress(publicKey)
  return { address, ethereumAddress: toChecksumAddress(address), publicKey }
}

import type { MasterSecret } from '../credentials/sealing.ts'
import { secp256k1 } from '../crypto/index.ts'
import { addressOf, withChecksum } from '../dids/address.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { ThresholdSigner } from '../vaults/threshold-signer.ts'
import { type IdentityRow, sealKey } from './seal-key.ts'

type Own = Pick<IdentityRow, 'id' | 'tenant'>

/** The key of a new wallet, sealed, and where it comes from. */
export type KeyCells = Pick<
  IdentityRow,
  'address' | 'ethereumAddress' | 'publicKey' | 'generation' | 'sealedKey' | 'vaultId' | 'hdIndex'
>

/** A random key, of a wallet in no vault. */
export function plainKey(services: Services, own: Own, secret: MasterSecret | undefined): Promise<KeyCells> {
  const from = { vaultId: null, hdIndex: null }
  return cellsOf(services, own, from, secp256k1.generatePrivateKey(), secret)
}

/** The key with an index in a vault. */
export function derivedKey(
  services: Services,
  own: Own,
  from: { readonly vaultId: string; readonly hdIndex: number },
  privateKey: Uint8Array,
  secret: MasterSecret | undefined,
): Promise<KeyCells> {
  return cellsOf(services, own, from, privateKey, secret)
}

/** A key that a threshold signer makes. @throws BillfoldError `vault.mpc-unavailable` */
export async function sharedKey(signer: ThresholdSigner | undefined, { id }: Own, vaultId: string): Promise<KeyCells> {
  if (signer === undefined) throw new BillfoldError('vault.mpc-unavailable')
  const publicKey = secp256k1.parsePublicKey(await signer.createKey(id), false)
  return { ...publicCells(publicKey), generation: null, sealedKey: null, vaultId, hdIndex: null }
}

async function cellsOf(
  services: Services,
  own: Own,
  from: Pick<KeyCells, 'vaultId' | 'hdIndex'>,
  privateKey: Uint8Array,
  secret: MasterSecret | undefined,
): Promise<KeyCells> {
  const publicKey = secp256k1.publicKeyOf(privateKey, false)
  const sealed = await sealKey(services, own, privateKey, secret)
  privateKey.fill(0)
  return { ...publicCells(publicKey), ...sealed, ...from }
}

function publicCells(publicKey: Uint8Array): Pick<KeyCells, 'address' | 'ethereumAddress' | 'publicKey'> {
  const address = addressOf(publicKey)
  return { address, ethereumAddress: withChecksum(address), publicKey }
}

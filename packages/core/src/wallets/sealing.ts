import type { MasterSecret } from '../credentials/sealing.ts'
import { type Place, sealUnder, unsealUnder } from '../crypto/index.ts'
import { type RowOf, StaleRead } from '../storage/index.ts'
import { seeds, wallets } from './tables.ts'

/** A wallet as it is kept. */
export type WalletRow = RowOf<typeof wallets>

/** A seed as it is kept. */
export type SeedRow = RowOf<typeof seeds>

type OwnRow = { readonly tenant: string; readonly id: string }
type OwnSeed = { readonly tenant: string; readonly ownerId: string }

/** Seals a wallet's private key under its owner's master secret. */
export function sealWalletKey(wallet: OwnRow, privateKey: Uint8Array, secret: MasterSecret): Uint8Array {
  return sealUnder(secret.bytes, privateKey, walletPlace(wallet))
}

/** Opens a wallet's private key. @throws BillfoldError `sealed.invalid`; StaleRead when the secret is of another generation */
export function openWalletKey(wallet: WalletRow, secret: MasterSecret): Uint8Array {
  if (wallet.generation !== secret.generation) throw new StaleRead()
  return unsealUnder(secret.bytes, wallet.sealedKey, walletPlace(wallet))
}

/** Seals BIP-39 entropy under its owner's master secret. */
export function sealEntropy(seed: OwnSeed, entropy: Uint8Array, secret: MasterSecret): Uint8Array {
  return sealUnder(secret.bytes, entropy, seedPlace(seed))
}

/** Opens BIP-39 entropy. @throws BillfoldError `sealed.invalid`; StaleRead when the secret is of another generation */
export function openEntropy(seed: SeedRow, secret: MasterSecret): Uint8Array {
  if (seed.generation !== secret.generation) throw new StaleRead()
  return unsealUnder(secret.bytes, seed.sealedEntropy, seedPlace(seed))
}

function walletPlace(wallet: OwnRow): Place {
  return { tenant: wallet.tenant, table: wallets.name, row: wallet.id, field: 'key' }
}

function seedPlace(seed: OwnSeed): Place {
  return { tenant: seed.tenant, table: seeds.name, row: seed.ownerId, field: 'entropy' }
}

import type { MasterSecret } from '../../platform/master-secret.ts'
import { type EncryptionContext, sealWithKey, openWithKey } from '../../kernel/crypto/index.ts'
import type { EventData } from '../../platform/events/event.ts'
import { type RowOf, StaleReadError } from '../../kernel/storage/index.ts'
import { seeds, wallets } from './tables.ts'

/** A row of the table `wallets`. */
export type CustodyWalletRow = RowOf<typeof wallets>

/** A row of the table `seeds`. */
export type WalletSeedRow = RowOf<typeof seeds>

type WalletKeyOwner = { readonly tenant: string; readonly id: string }
type SeedOwner = { readonly tenant: string; readonly ownerId: string }

/** Seals a wallet's private key under its owner's master secret. */
export function sealWalletKey(wallet: WalletKeyOwner, privateKey: Uint8Array, secret: MasterSecret): Uint8Array {
  return sealWithKey(secret.bytes, privateKey, walletKeyContext(wallet))
}

/** Opens a wallet's private key. @throws BillfoldError `sealed.invalid`; StaleReadError if the master secret has another generation */
export function openWalletKey(wallet: CustodyWalletRow, secret: MasterSecret): Uint8Array {
  if (wallet.generation !== secret.generation) throw new StaleReadError()
  return openWithKey(secret.bytes, wallet.sealedKey, walletKeyContext(wallet))
}

/** Seals BIP-39 entropy under its owner's master secret. */
export function sealSeedEntropy(seed: SeedOwner, entropy: Uint8Array, secret: MasterSecret): Uint8Array {
  return sealWithKey(secret.bytes, entropy, seedContext(seed))
}

/** Opens BIP-39 entropy. @throws BillfoldError `sealed.invalid`; StaleReadError if the master secret has another generation */
export function openSeedEntropy(seed: WalletSeedRow, secret: MasterSecret): Uint8Array {
  if (seed.generation !== secret.generation) throw new StaleReadError()
  return openWithKey(secret.bytes, seed.sealedEntropy, seedContext(seed))
}

function walletKeyContext(wallet: WalletKeyOwner): EncryptionContext {
  return { tenant: wallet.tenant, table: wallets.name, row: wallet.id, field: 'key' }
}

function seedContext(seed: SeedOwner): EncryptionContext {
  return { tenant: seed.tenant, table: seeds.name, row: seed.ownerId, field: 'entropy' }
}

/** The data that events carry about a wallet. */
export function walletEventData({ id: walletId, userId, secretType }: CustodyWalletRow): EventData<'wallet.created'> {
  return { walletId, userId, secretType }
}

import {
  type AuthorizedMethod,
  commitAuthorized,
  loadMasterSecret,
} from '../../identity/signing-methods/authorized-method.ts'
import type { SigningMethodOptions } from '../../identity/signing-methods/method-types.ts'
import { prepareFirstMethod } from '../../identity/signing-methods/methods.ts'
import { bumpOwnerVersion, withOwnerLock } from '../../identity/signing-methods/owner.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { insert, retryOnConflict, type Write } from '../../kernel/storage/index.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { CustodyServices } from '../services.ts'
import type { Chain } from './chains/chain.ts'
import { assertWalletQuota, buildWalletRow, type WalletInput } from './create.ts'
import { rejectDuplicate } from './import.ts'
import { type CustodyWalletRow, walletEventData } from './sealing.ts'
import { loadWalletKey, walletUnchanged } from './sign.ts'
import { wallets } from './tables.ts'
import { walletAct } from './wallet-act.ts'

/** A wallet whose key is used on another chain too. */
export interface Migration {
  readonly wallet: CustodyWalletRow
  /** The chain of the new wallet, on the same curve. */
  readonly chain: Chain
  readonly input: WalletInput
  readonly authorizedBy: AuthorizedMethod
}

/**
 * Creates a wallet with the key of another wallet of the same user, on another chain. Modules authorize it like an export of the key.
 * @throws BillfoldError `wallet.archived`, `wallet.import.unsupported-type`, `wallet.import.duplicate`, `user.limit-reached`, `signing-method.invalid`
 */
export function migrateUserWallet(
  services: CustodyServices,
  actor: Actor,
  userId: string,
  migration: Migration,
): Promise<CustodyWalletRow> {
  const { wallet, chain, input, authorizedBy } = migration
  return withOwnerLock(services, userId, async () => {
    const { privateKey, writes } = await loadMigratedKey(services, actor, migration)
    const { secret, version } = await loadMasterSecret(services, authorizedBy)
    await assertWalletQuota(services, userId)
    const owner = { tenant: wallet.tenant, ownerId: userId, userId }
    const metadata = { ...input, userOrigin: wallet.userOrigin }
    const row = buildWalletRow(services, owner, chain, chain.toChainKey(privateKey), null, metadata, secret)
    privateKey.fill(0)
    await commitMigration(services, actor, migration, row, [bumpOwnerVersion(userId, version), ...writes])
    return row
  })
}

/**
 * Creates a wallet without a user with the key of another one, on another chain. Its PIN is that of the other wallet.
 * @throws BillfoldError `wallet.archived`, `wallet.import.unsupported-type`, `wallet.import.duplicate`, `signing-method.invalid`
 */
export function migrateStandaloneWallet(
  services: CustodyServices,
  settings: SigningMethodOptions,
  actor: Actor,
  migration: Migration,
  pincode: string,
): Promise<CustodyWalletRow> {
  const { wallet, chain, input } = migration
  return retryOnConflict(async () => {
    const id = newId()
    const owner = { tenant: wallet.tenant, ownerId: id }
    const pin = { type: 'PIN', value: pincode }
    const method = await prepareFirstMethod(services, settings, actor, { ...owner, ownerKind: 'wallet' }, pin)
    const { privateKey, writes } = await loadMigratedKey(services, actor, migration)
    const key = chain.toChainKey(privateKey)
    const row = buildWalletRow(services, { ...owner, userId: null }, chain, key, null, input, method.secret, id)
    privateKey.fill(0)
    await commitMigration(services, actor, migration, row, [...method.writes, ...writes])
    return row
  })
}

function loadMigratedKey(
  services: CustodyServices,
  actor: Actor,
  { wallet, chain, authorizedBy }: Migration,
): ReturnType<typeof loadWalletKey> {
  // Elsewhere the key of a contract account could sign without naming the account.
  if (wallet.accountType !== null) throw new BillfoldError('wallet.import.unsupported-type')
  return loadWalletKey(services, wallet, authorizedBy, () => ({
    ...walletAct(actor, wallet, authorizedBy),
    kind: 'key-export',
    content: `MIGRATION ${chain.secretType}`,
  }))
}

function commitMigration(
  services: CustodyServices,
  actor: Actor,
  { wallet, chain, authorizedBy }: Migration,
  row: CustodyWalletRow,
  writes: readonly Write[],
): Promise<void> {
  const user = wallet.userId === null ? {} : { user: wallet.userId }
  const detail = { secretType: chain.secretType, ...user, from: wallet.id }
  return rejectDuplicate(() =>
    commitAuthorized(
      services,
      authorizedBy,
      walletUnchanged(wallet, authorizedBy),
      ...writes,
      insert(wallets, row),
      auditWrite(actor, 'wallet.imported', row.id, row.createdAt, detail),
      ...eventWrites(services, row.tenant, 'wallet.imported', walletEventData(row)),
    ),
  )
}

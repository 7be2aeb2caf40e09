import type { CustodyServices } from '../../custody/services.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { formatDid } from '../registries/did.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { batch, insert, isCommitError, type Write } from '../../kernel/storage/index.ts'
import { parseDidMethod } from '../vaults/did-method.ts'
import type { SealingScope } from '../vaults/sealing-scope.ts'
import { assertValidAlias } from './alias.ts'
import { type DidWalletKeyColumns, createRandomKey } from './create-key.ts'
import type { DidWalletRow } from './seal-key.ts'
import { didWallets } from './tables.ts'

/** A new DID wallet, without its key. */
export interface NewDidWallet {
  readonly id: string
  readonly tenant: string
  readonly userId: string | null
  readonly didMethod: string
  /** Defaults to the DID. */
  readonly alias?: string | undefined
}

/**
 * Builds the row of a new DID wallet and the writes that create it.
 *
 * @throws BillfoldError `did-wallet.alias-invalid`
 */
export function buildDidWallet(
  services: CustodyServices,
  actor: Actor,
  { alias, didMethod, ...columnsOfInput }: NewDidWallet,
  columns: DidWalletKeyColumns,
): { readonly row: DidWalletRow; readonly writes: readonly Write[] } {
  const { method, network } = parseDidMethod(didMethod)
  const did = formatDid(method, columns.address, network)
  if (alias !== undefined) assertValidAlias(alias, did)
  const row: DidWalletRow = {
    ...columnsOfInput,
    did,
    didMethod,
    ...columns,
    alias: alias ?? did,
    state: 'live',
    latestUpdateId: null,
    createdAt: services.now(),
    deletedAt: null,
    destroyKeyAt: null,
  }
  return {
    row,
    writes: [
      insert(didWallets, row),
      auditWrite(actor, 'did-wallet.created', row.id, row.createdAt, { did }),
      ...eventWrites(services, row.tenant, 'did.created', { didWalletId: row.id, did, userId: row.userId }),
    ],
  }
}

/** Builds a further wallet of the same owner, for a delegate. Call it within `retryOnConflict`. */
export async function buildDelegateWallet(
  services: CustodyServices,
  actor: Actor,
  { tenant, userId, didMethod }: DidWalletRow,
  scope: SealingScope,
  id: string,
): Promise<{ readonly row: DidWalletRow; readonly writes: readonly Write[] }> {
  const columns = await createRandomKey(services, { id, tenant }, scope.secret)
  return buildDidWallet(services, actor, { id, tenant, userId, didMethod }, columns)
}

/**
 * Commits writes that set an alias; the unique key detects a duplicate.
 *
 * @throws BillfoldError `did-wallet.alias-taken`
 */
export async function commitOrAliasTaken(services: CustodyServices, writes: readonly Write[]): Promise<void> {
  try {
    await services.storage.commit(batch(...writes))
  } catch (error) {
    const isAliasTaken =
      isCommitError(error) && error.reason === 'duplicate' && writes[error.index]?.table === didWallets
    if (isAliasTaken) throw new BillfoldError('did-wallet.alias-taken', { cause: error })
    throw error
  }
}

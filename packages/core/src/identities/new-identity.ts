import { type Actor, auditRecord } from '../audit/record.ts'
import { formatDid } from '../dids/did.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError, type Write } from '../storage/index.ts'
import { readDidMethod } from '../vaults/did-method.ts'
import type { Holding } from '../vaults/holder.ts'
import { checkAlias } from './alias.ts'
import { type KeyCells, plainKey } from './new-key.ts'
import type { IdentityRow } from './seal-key.ts'
import { identities } from './tables.ts'

/** A new DID wallet, without its key. */
export interface NewIdentity {
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
export function newIdentity(
  services: Services,
  actor: Actor,
  { alias, didMethod, ...columnsOfInput }: NewIdentity,
  columns: KeyCells,
): { readonly row: IdentityRow; readonly writes: readonly Write[] } {
  const { method, network } = readDidMethod(didMethod)
  const did = formatDid(method, columns.address, network)
  if (alias !== undefined) checkAlias(alias, did)
  const row: IdentityRow = {
    ...columnsOfInput,
    did,
    didMethod,
    ...columns,
    alias: alias ?? did,
    state: 'live',
    configurationId: null,
    createdAt: services.now(),
    deletedAt: null,
    destroyKeyAt: null,
  }
  return {
    row,
    writes: [
      insert(identities, row),
      auditRecord(actor, 'identity.created', row.id, row.createdAt, { did }),
      ...eventWrites(services, row.tenant, 'did.created', { identityId: row.id, did, userId: row.userId }),
    ],
  }
}

/** Builds a further wallet of the same owner, for a delegate. Call it within `retryOnConflict`. */
export async function delegateIdentity(
  services: Services,
  actor: Actor,
  { tenant, userId, didMethod }: IdentityRow,
  scope: Holding,
  id: string,
): Promise<{ readonly row: IdentityRow; readonly writes: readonly Write[] }> {
  const columns = await plainKey(services, { id, tenant }, scope.secret)
  return newIdentity(services, actor, { id, tenant, userId, didMethod }, columns)
}

/**
 * Commits writes that set an alias; the unique key detects a duplicate.
 *
 * @throws BillfoldError `did-wallet.alias-taken`
 */
export async function commitNaming(services: Services, writes: readonly Write[]): Promise<void> {
  try {
    await services.storage.commit(batch(...writes))
  } catch (error) {
    const isAliasTaken =
      isCommitError(error) && error.reason === 'duplicate' && writes[error.index]?.table === identities
    if (isAliasTaken) throw new BillfoldError('identity.alias-taken', { cause: error })
    throw error
  }
}

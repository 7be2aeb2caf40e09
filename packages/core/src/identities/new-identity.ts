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

/** What is said of a new wallet beside its key. */
export interface NewIdentity {
  readonly id: string
  readonly tenant: string
  readonly userId: string | null
  readonly didMethod: string
  /** The DID itself, unless one is given. */
  readonly alias?: string | undefined
}

/** A new wallet, and the writes that make it. @throws BillfoldError `identity.alias-invalid` */
export function newIdentity(
  services: Services,
  actor: Actor,
  { alias, didMethod, ...own }: NewIdentity,
  cells: KeyCells,
): { readonly row: IdentityRow; readonly writes: readonly Write[] } {
  const { method, network } = readDidMethod(didMethod)
  const did = formatDid(method, cells.address, network)
  if (alias !== undefined) checkAlias(alias, did)
  const row: IdentityRow = {
    ...own,
    did,
    didMethod,
    ...cells,
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

/** A further wallet of the same holder, for a delegate. Belongs in a `decide`. */
export async function delegateIdentity(
  services: Services,
  actor: Actor,
  { tenant, userId, didMethod }: IdentityRow,
  holding: Holding,
  id: string,
): Promise<{ readonly row: IdentityRow; readonly writes: readonly Write[] }> {
  const cells = await plainKey(services, { id, tenant }, holding.secret)
  return newIdentity(services, actor, { id, tenant, userId, didMethod }, cells)
}

/** Commits; a name that is taken is told by the unique key, not by a look before the write. @throws BillfoldError `identity.alias-taken` */
export async function commitNaming(services: Services, writes: readonly Write[]): Promise<void> {
  try {
    await services.storage.commit(batch(...writes))
  } catch (error) {
    const named = isCommitError(error) && error.reason === 'duplicate' && writes[error.index]?.table === identities
    if (named) throw new BillfoldError('identity.alias-taken', { cause: error })
    throw error
  }
}

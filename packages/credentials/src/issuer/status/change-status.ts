import { type Actor, auditWrite, eventWrites } from '@billfold/core/modules'
import { batch, retryOnConflict, update } from '@billfold/core/storage'
import { issuerError } from '../issuer-error.ts'
import type { StoredContext } from '../../stored-context.ts'
import { issuedCredentials, type InstanceRow, statusLists } from '../tables.ts'

/** The status of an instance. `revoked` is final. */
export type CredentialStatus = 'valid' | 'suspended' | 'revoked'

/** A change of status. */
export interface StatusChange {
  readonly status: CredentialStatus
  /** Why, for the audit log: at most 200 characters, no personal data. */
  readonly reason?: string
}

/**
 * Changes the status of an instance: `valid` to `suspended` and back, either to `revoked`.
 * @throws BillfoldError `credential.not-found`, `credential.revoked`, `credential.no-status`
 */
export async function changeStatus(
  context: StoredContext,
  actor: Actor,
  id: string,
  change: StatusChange,
): Promise<InstanceRow> {
  const { services, tenant } = context
  return retryOnConflict(async () => {
    const [row] = await services.storage.find(issuedCredentials, { where: { id, tenant }, limit: 1 })
    if (row === undefined) throw issuerError('credential.not-found')
    if (row.listId === null) throw issuerError('credential.no-status')
    const { status, reason } = change
    if (row.status === status) return row
    if (row.status === 'revoked') throw issuerError('credential.revoked')
    if (status === 'suspended' && !(await hasSuspension(context, row.listId)))
      throw issuerError('credential.no-status', { message: 'Credentials of this type are never suspended' })
    const detail = { status, ...(reason !== undefined && { reason }) }
    await services.storage.commit(
      batch(
        update(issuedCredentials, { where: { id, tenant, status: row.status }, set: { status } }),
        update(statusLists, { where: { id: row.listId }, add: { version: 1 } }),
        auditWrite(actor, 'credential.status-changed', id, services.now(), detail),
        ...eventWrites(services, tenant, 'credential.status-changed', { credentialId: id, type: row.type, status }),
      ),
    )
    return { ...row, status }
  })
}

/** One bit says whether an instance is revoked, and nothing else. */
async function hasSuspension({ services }: StoredContext, listId: string): Promise<boolean> {
  const [list] = await services.storage.find(statusLists, { where: { id: listId }, limit: 1 })
  return list !== undefined && list.bits > 1
}

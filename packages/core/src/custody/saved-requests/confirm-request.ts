import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { type AuthorizedMethod, commitAuthorized } from '../../identity/signing-methods/authorized-method.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { batch, retryOnConflict, update } from '../../kernel/storage/index.ts'
import type { CustodyServices } from '../services.ts'
import { walletUnchanged } from '../wallets/sign.ts'
import { getRequestInStatus, openStates, type SavedRequestKind, type SavedRequestRow } from './saved-request.ts'
import type { SavedRequestOptions } from './saved-request-rules.ts'
import { savedRequests } from './table.ts'

/**
 * Confirms a saved request: it is ready to be signed, for some minutes. Of concurrent confirmations one succeeds.
 * @param authorizedBy the signing method of its user, unless the host lets its service keys confirm
 * @throws BillfoldError as `getRequestInStatus` does, `signing-method.invalid` if the method does not belong to the owner of the request
 */
export function confirmRequest(
  services: CustodyServices,
  rules: Required<SavedRequestOptions>,
  actor: Actor,
  kind: SavedRequestKind,
  id: string,
  authorizedBy: AuthorizedMethod | undefined,
): Promise<SavedRequestRow> {
  return retryOnConflict(async () => {
    const row = await getRequestInStatus(services, actor.tenant, kind, id, ['SAVED'])
    if (authorizedBy !== undefined && authorizedBy.row.ownerId !== row.ownerId)
      throw new BillfoldError('signing-method.invalid')
    const now = services.now()
    const ready = { state: 'READY', expiresAt: now + rules.signWithinSeconds * 1000 }
    const { ownerId, expiresAt, walletId } = row
    const writes = [
      update(savedRequests, { where: { id, state: 'SAVED', ownerId, expiresAt }, set: ready }),
      auditWrite(actor, 'saved-request.confirmed', walletId, now, {
        id,
        kind,
        by: authorizedBy?.row.type ?? 'service key',
      }),
    ]
    if (authorizedBy === undefined) await services.storage.commit(batch(...writes))
    else await commitAuthorized(services, authorizedBy, walletUnchanged({ id: walletId }, authorizedBy), ...writes)
    return { ...row, ...ready }
  })
}

/**
 * Cancels a request that waits.
 * @throws BillfoldError as `getRequestInStatus` does
 */
export function cancelRequest(
  services: CustodyServices,
  actor: Actor,
  kind: SavedRequestKind,
  id: string,
): Promise<SavedRequestRow> {
  return retryOnConflict(async () => {
    const row = await getRequestInStatus(services, actor.tenant, kind, id, openStates)
    const now = services.now()
    const canceled = { state: 'CANCELED', sealedRequest: null }
    await services.storage.commit(
      batch(
        update(savedRequests, { where: { id, state: { in: [...openStates] } }, set: canceled }),
        auditWrite(actor, 'saved-request.canceled', row.walletId, now, { id, kind }),
      ),
    )
    return { ...row, ...canceled }
  })
}

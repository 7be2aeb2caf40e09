import { remove, update, type Write } from '../../kernel/storage/index.ts'
import type { CustodyServices } from '../services.ts'
import { getRequestInStatus, type SavedRequestRow } from './saved-request.ts'
import { savedRequests } from './table.ts'

/** The id of a saved request, and the writes that use it up in the commit of what it asks for. */
export interface RequestClaim {
  readonly id: string
  /** Hashes of the idempotency key under which it was saved and of its content, if it has one. */
  readonly fingerprint: { readonly key: string; readonly content: string } | undefined
  /** Reads the request again, and throws if it cannot be used any more. Called for each attempt of the commit. */
  readonly writes: () => Promise<readonly Write[]>
}

/**
 * Creates the claim of a request. Its writes are part of the commit that stores the transaction or precedes the signature: so a request
 * is used once by any number of processes, and one that is refused is not used up. A transaction is stored under the id of its request.
 */
export function claimRequest(
  services: CustodyServices,
  { id, tenant, kind, ownerId, idempotencyKey, contentHash }: SavedRequestRow,
): RequestClaim {
  const requestKind = kind === 'transaction' ? 'transaction' : 'signature'
  return {
    id,
    fingerprint:
      idempotencyKey === null || contentHash === null ? undefined : { key: idempotencyKey, content: contentHash },
    writes: async () => {
      const { expiresAt } = await getRequestInStatus(services, tenant, requestKind, id, ['READY'])
      const where = { id, state: 'READY', ownerId, expiresAt }
      return requestKind === 'transaction'
        ? [remove(savedRequests, { where })]
        : [update(savedRequests, { where, set: { state: 'SIGNED', sealedRequest: null } })]
    },
  }
}

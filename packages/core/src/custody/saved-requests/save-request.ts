import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, check, insert, retryOnConflict } from '../../kernel/storage/index.ts'
import type { CustodyServices } from '../services.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'
import { wallets } from '../wallets/tables.ts'
import { openStates, type SavedRequestKind, type SavedRequestRow, sealRequest } from './saved-request.ts'
import { savedRequestLimits, type SavedRequestOptions } from './saved-request-rules.ts'
import { savedRequests } from './table.ts'

/** What is saved. */
export interface RequestToSave {
  readonly kind: SavedRequestKind
  /** `TRANSFER`, `MESSAGE`, ... */
  readonly type: string
  /** `SAVED` if it is confirmed before it is signed. */
  readonly status: 'SAVED' | 'READY'
  /** The request as JSON. */
  readonly request: unknown
  /** Hashes of the idempotency key and of the request. A repetition returns the request that was saved. */
  readonly fingerprint?: { readonly key: string; readonly content: string } | undefined
}

/**
 * Saves a request of a wallet, which is signed later. It is bound to the owner of the wallet.
 * @throws BillfoldError `wallet.archived`, `saved-request.limit-reached` if too many requests of the owner wait,
 *   `idempotency-key.reused`
 */
export function saveRequest(
  services: CustodyServices,
  rules: Required<SavedRequestOptions>,
  actor: Actor,
  wallet: CustodyWalletRow,
  request: RequestToSave,
): Promise<SavedRequestRow> {
  return retryOnConflict(async () => {
    const earlier = await findEarlier(services, wallet, request)
    if (earlier !== undefined) return earlier
    const { id: walletId, ownerId } = wallet
    await assertActive(services, wallet)
    await assertBelowLimit(services, ownerId)
    const row = await buildRow(services, rules, wallet, request)
    const { id, kind, type, state: status, createdAt } = row
    await services.storage.commit(
      batch(
        check(wallets, { where: { id: walletId, ownerId, archivedAt: null } }),
        insert(savedRequests, row),
        auditWrite(actor, 'saved-request.created', walletId, createdAt, { id, kind, type, status }),
      ),
    )
    return row
  })
}

async function findEarlier(
  { storage }: CustodyServices,
  { id: walletId }: CustodyWalletRow,
  { fingerprint }: RequestToSave,
): Promise<SavedRequestRow | undefined> {
  if (fingerprint === undefined) return undefined
  const [row] = await storage.find(savedRequests, { where: { walletId, idempotencyKey: fingerprint.key }, limit: 1 })
  if (row !== undefined && row.contentHash !== fingerprint.content) throw new BillfoldError('idempotency-key.reused')
  return row
}

async function assertActive({ storage }: CustodyServices, { id, ownerId }: CustodyWalletRow): Promise<void> {
  const [row] = await storage.find(wallets, { where: { id, ownerId, archivedAt: null }, limit: 1 })
  if (row === undefined) throw new BillfoldError('wallet.archived')
}

/** Concurrent requests may exceed the limit by their number, which does no harm. */
async function assertBelowLimit({ storage, now }: CustodyServices, ownerId: string): Promise<void> {
  const waiting = await storage.find(savedRequests, {
    where: { ownerId, state: { in: [...openStates] }, expiresAt: { gt: now() } },
    limit: savedRequestLimits.maxOpen,
  })
  if (waiting.length === savedRequestLimits.maxOpen) throw new BillfoldError('saved-request.limit-reached')
}

async function buildRow(
  services: CustodyServices,
  rules: Required<SavedRequestOptions>,
  { id: walletId, tenant, ownerId, userOrigin, secretType }: CustodyWalletRow,
  { kind, type, status, request, fingerprint }: RequestToSave,
): Promise<SavedRequestRow> {
  const id = newId()
  const now = services.now()
  const seconds = status === 'SAVED' ? rules.confirmWithinSeconds : rules.signWithinSeconds
  return {
    id,
    tenant,
    kind,
    walletId,
    ownerId,
    userOrigin,
    secretType,
    type,
    state: status,
    sealedRequest: await sealRequest(services, { id, tenant }, request),
    idempotencyKey: fingerprint?.key ?? null,
    contentHash: fingerprint?.content ?? null,
    createdAt: now,
    expiresAt: now + seconds * 1000,
  }
}

import { createHash } from 'node:crypto'
import { type EncryptionContext, seal, open } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../services.ts'
import {
  batch,
  insert,
  isCommitError,
  remove,
  type Storage,
  update,
  type Write,
  deleteInBatches,
  type ReportRows,
} from '../../kernel/storage/index.ts'
import { requestReplies } from './request-replies-table.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** Identifies a request that must not be executed twice. */
export interface RequestIdentity {
  readonly tenant: string
  /** The caller, and the request id that the caller chose. */
  readonly caller: string
  readonly requestId: string
  /** Everything that identifies the operation: route, parameters, body. */
  readonly fingerprintParts: readonly string[]
  /** The time until which the request is remembered, in epoch milliseconds. */
  readonly expiresAt: number
}

/** A request that this process executes for the first time. */
export interface ClaimedRequest {
  readonly kind: 'claimed'
  readonly id: string
  readonly tenant: string
}

/** A request that was executed before, with its stored reply. */
export interface RepeatedRequest {
  readonly kind: 'repeated'
  readonly storedReply: string
}

/** The maximum length of a stored reply, in characters. */
const maxReplyLength = 1024 * 1024

/**
 * Claims a request for this process, or returns the stored reply of the same request.
 * @throws BillfoldError `request.replayed` if the request id was used for another request, or no reply is stored yet
 */
export async function claimRequest(
  { storage, keyring, blindIndex }: Services,
  identity: RequestIdentity,
): Promise<ClaimedRequest | RepeatedRequest> {
  const { tenant, expiresAt } = identity
  const id = digest([tenant, identity.caller, identity.requestId])
  // Keyed, because the body may contain a PIN, which a plain hash would reveal to whoever tries them all.
  const fingerprint = await blindIndex.hash('request fingerprint', tenant, JSON.stringify(identity.fingerprintParts))
  try {
    await storage.commit(batch(insert(requestReplies, { id, tenant, fingerprint, sealedReply: null, expiresAt })))
    return { kind: 'claimed', id, tenant }
  } catch (error) {
    if (!isCommitError(error)) throw error
    const [row] = await storage.find(requestReplies, { where: { id }, limit: 1 })
    if (row === undefined || row.fingerprint !== fingerprint || row.sealedReply === null)
      throw new BillfoldError('request.replayed', { cause: error })
    const reply = await open(keyring, row.sealedReply, encryptionContext(tenant, id))
    return { kind: 'repeated', storedReply: new TextDecoder().decode(reply) }
  }
}

/**
 * Builds the writes that store the reply of a claimed request. Commit them together with the writes of the request, so that a crash
 * cannot separate them. Empty if the reply is too long to store; a repetition of the request is then rejected.
 */
export async function storeReplyWrites(
  { keyring }: Pick<Services, 'keyring'>,
  { id, tenant }: ClaimedRequest,
  reply: string,
): Promise<readonly Write[]> {
  if (reply.length > maxReplyLength) return []
  const sealedReply = await seal(keyring, new TextEncoder().encode(reply), encryptionContext(tenant, id))
  return [update(requestReplies, { where: { id, sealedReply: null }, set: { sealedReply }, expectedRows: 'any' })]
}

/** Deletes the claim of a request that was not executed, so that the same request id can be used again. */
export async function abandonClaim(storage: Storage, { id }: ClaimedRequest): Promise<void> {
  await storage.commit(batch(remove(requestReplies, { where: { id, sealedReply: null }, expectedRows: 'any' })))
}

/** Deletes expired replies. */
export async function purgeExpiredReplies(storage: Storage, now: number, report?: ReportRows): Promise<void> {
  await deleteInBatches(storage, requestReplies, { expiresAt: { lte: now } }, report)
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}

function encryptionContext(tenant: string, row: string): EncryptionContext {
  return { tenant, table: requestReplies.name, row, field: 'reply' }
}

export const sealedReplies = sealedColumn(requestReplies, 'sealedReply', ({ tenant, id }) =>
  encryptionContext(tenant, id),
)

import { createHash } from 'node:crypto'
import { type EncryptionContext, seal, open } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError, remove, type Storage, update, type Write } from '../../kernel/storage/index.ts'
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
  /**
   * Returns the write that stores the reply. Commit it together with the writes of the request, so that a crash cannot
   * separate them. Empty if the reply is too long to store.
   */
  readonly replyWrites: (answer: string) => Promise<readonly Write[]>
  /** Stores the reply, unless it was stored in the request's own commit. */
  readonly saveReply: (answer: string) => Promise<void>
  /** Deletes the claim of a request that was not executed, so that the same request id can be used again. */
  readonly abandon: () => Promise<void>
}

/** The stored reply of a request that was executed before. */
interface RepeatedRequest {
  readonly storedReply: string
}

/** The maximum length of a stored reply, in characters. */
const maxReplyLength = 1024 * 1024

/**
 * Claims a request for this process, or returns the stored reply of the same request.
 * @throws BillfoldError `request.replayed` if the request id was used for another request, or no reply is stored yet
 */
export async function claimRequest(
  services: Services,
  step: RequestIdentity,
): Promise<ClaimedRequest | RepeatedRequest> {
  const { storage, keyring } = services
  const { tenant, expiresAt } = step
  const id = digest([tenant, step.caller, step.requestId])
  const fingerprint = digest(step.fingerprintParts)
  try {
    await storage.commit(
      batch(insert(requestReplies, { id, tenant, fingerprint: fingerprint, sealedReply: null, expiresAt })),
    )
  } catch (error) {
    if (!isCommitError(error)) throw error
    const [row] = await storage.find(requestReplies, { where: { id }, limit: 1 })
    if (row === undefined || row.fingerprint !== fingerprint || row.sealedReply === null)
      throw new BillfoldError('request.replayed', { cause: error })
    const answer = await open(keyring, row.sealedReply, encryptionContext(tenant, id))
    return { storedReply: new TextDecoder().decode(answer) }
  }
  const unfinished = { id, sealedReply: null }
  const createReplyWrites = async (answer: string): Promise<readonly Write[]> => {
    if (answer.length > maxReplyLength) return []
    const sealedReply = await seal(keyring, new TextEncoder().encode(answer), encryptionContext(tenant, id))
    return [update(requestReplies, { where: unfinished, set: { sealedReply }, expectedRows: 'any' })]
  }
  return {
    replyWrites: createReplyWrites,
    saveReply: async (answer) => {
      const writes = await createReplyWrites(answer)
      if (writes.length > 0) await storage.commit(batch(...writes))
    },
    abandon: () => storage.commit(batch(remove(requestReplies, { where: unfinished, expectedRows: 'any' }))),
  }
}

/** Deletes expired replies. */
export async function purgeExpiredReplies(storage: Storage, now: number): Promise<void> {
  await storage.commit(batch(remove(requestReplies, { where: { expiresAt: { lte: now } }, expectedRows: 'any' })))
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

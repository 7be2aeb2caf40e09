import { createHash } from 'node:crypto'
import { type Place, seal, unseal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError, remove, type Storage, update, type Write } from '../storage/index.ts'
import { requestAnswers } from './answers-table.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** Identifies a request that must not be executed twice. */
export interface Step {
  readonly tenant: string
  /** The caller, and the request id that the caller chose. */
  readonly caller: string
  readonly requestId: string
  /** Everything that identifies the operation: route, parameters, body. */
  readonly asked: readonly string[]
  /** The time until which the request is remembered, in epoch milliseconds. */
  readonly expiresAt: number
}

/** A request that this process executes for the first time. */
export interface Begun {
  /**
   * Returns the write that stores the reply. Commit it together with the writes of the request, so that a crash cannot
   * separate them. Empty if the reply is too long to store.
   */
  readonly keeping: (answer: string) => Promise<readonly Write[]>
  /** Stores the reply, unless it was stored in the request's own commit. */
  readonly keep: (answer: string) => Promise<void>
  /** Deletes the claim of a request that was not executed, so that the same request id can be used again. */
  readonly forget: () => Promise<void>
}

/** The stored reply of a request that was executed before. */
interface RepeatedRequest {
  readonly answer: string
}

/** The maximum length of a stored reply, in characters. */
const maxReplyLength = 1024 * 1024

/**
 * Claims a request for this process, or returns the stored reply of the same request.
 * @throws BillfoldError `request.replayed` if the request id was used for another request, or no reply is stored yet
 */
export async function beginStep(services: Services, step: Step): Promise<Begun | RepeatedRequest> {
  const { storage, keyring } = services
  const { tenant, expiresAt } = step
  const id = digest([tenant, step.caller, step.requestId])
  const fingerprint = digest(step.asked)
  try {
    await storage.commit(
      batch(insert(requestAnswers, { id, tenant, step: fingerprint, sealedAnswer: null, expiresAt })),
    )
  } catch (error) {
    if (!isCommitError(error)) throw error
    const [row] = await storage.find(requestAnswers, { where: { id }, limit: 1 })
    if (row === undefined || row.step !== fingerprint || row.sealedAnswer === null)
      throw new BillfoldError('request.replayed', { cause: error })
    const answer = await unseal(keyring, row.sealedAnswer, encryptionContext(tenant, id))
    return { answer: new TextDecoder().decode(answer) }
  }
  const unfinished = { id, sealedAnswer: null }
  const createReplyWrites = async (answer: string): Promise<readonly Write[]> => {
    if (answer.length > maxReplyLength) return []
    const sealedAnswer = await seal(keyring, new TextEncoder().encode(answer), encryptionContext(tenant, id))
    return [update(requestAnswers, { where: unfinished, set: { sealedAnswer }, hits: 'any' })]
  }
  return {
    keeping: createReplyWrites,
    keep: async (answer) => {
      const writes = await createReplyWrites(answer)
      if (writes.length > 0) await storage.commit(batch(...writes))
    },
    forget: () => storage.commit(batch(remove(requestAnswers, { where: unfinished, hits: 'any' }))),
  }
}

/** Deletes expired replies. */
export async function forgetAnswers(storage: Storage, now: number): Promise<void> {
  await storage.commit(batch(remove(requestAnswers, { where: { expiresAt: { lte: now } }, hits: 'any' })))
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}

function encryptionContext(tenant: string, row: string): Place {
  return { tenant, table: requestAnswers.name, row, field: 'answer' }
}

export const sealedAnswers = sealedColumn(requestAnswers, 'sealedAnswer', ({ tenant, id }) =>
  encryptionContext(tenant, id),
)

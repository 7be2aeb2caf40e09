import { createHash } from 'node:crypto'
import { type Place, seal, unseal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError, remove, type Storage, update, type Write } from '../storage/index.ts'
import { requestAnswers } from './answers-table.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** One step of one caller: what it is done once for. */
export interface Step {
  readonly tenant: string
  /** Who calls, and the request id that the caller made for this step. */
  readonly caller: string
  readonly requestId: string
  /** Everything that makes it this step: the route, its parameters, its body. */
  readonly asked: readonly string[]
  /** Until when it is remembered, in milliseconds since 1970. */
  readonly expiresAt: number
}

/** A step that is being done for the first time. */
export interface Begun {
  /** The write that keeps an answer with the commit of the step itself, so that no crash comes between. Nothing where the answer is too long to keep. */
  readonly keeping: (answer: string) => Promise<readonly Write[]>
  /** Keeps an answer, unless one was kept with the step's own commit. */
  readonly keep: (answer: string) => Promise<void>
  /** Forgets the step, which did not come about: it may be tried again under the same request id. */
  readonly forget: () => Promise<void>
}

/** The longest answer that is kept, in characters: 1 MiB. */
const longestKept = 1024 * 1024

/**
 * Begins a step, in one of all the processes that are asked to; or gives the answer that the same step gave before.
 * @throws BillfoldError `request.replayed` where the request id was used for another step, or the step has no answer yet
 */
export async function beginStep(services: Services, step: Step): Promise<Begun | { readonly answer: string }> {
  const { storage, keyring } = services
  const { tenant, expiresAt } = step
  const id = digest([tenant, step.caller, step.requestId])
  const asked = digest(step.asked)
  try {
    await storage.commit(batch(insert(requestAnswers, { id, tenant, step: asked, sealedAnswer: null, expiresAt })))
  } catch (error) {
    if (!isCommitError(error)) throw error
    const [row] = await storage.find(requestAnswers, { where: { id }, limit: 1 })
    if (row === undefined || row.step !== asked || row.sealedAnswer === null)
      throw new BillfoldError('request.replayed', { cause: error })
    const answer = await unseal(keyring, row.sealedAnswer, place(tenant, id))
    return { answer: new TextDecoder().decode(answer) }
  }
  const unanswered = { id, sealedAnswer: null }
  const keeping = async (answer: string): Promise<readonly Write[]> => {
    if (answer.length > longestKept) return []
    const sealedAnswer = await seal(keyring, new TextEncoder().encode(answer), place(tenant, id))
    return [update(requestAnswers, { where: unanswered, set: { sealedAnswer }, hits: 'any' })]
  }
  return {
    keeping,
    keep: async (answer) => {
      const writes = await keeping(answer)
      if (writes.length > 0) await storage.commit(batch(...writes))
    },
    forget: () => storage.commit(batch(remove(requestAnswers, { where: unanswered, hits: 'any' }))),
  }
}

/** Forgets what has expired. */
export async function forgetAnswers(storage: Storage, now: number): Promise<void> {
  await storage.commit(batch(remove(requestAnswers, { where: { expiresAt: { lte: now } }, hits: 'any' })))
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}

function place(tenant: string, row: string): Place {
  return { tenant, table: requestAnswers.name, row, field: 'answer' }
}

/** What the keyring seals here. */
export const sealedAnswers = sealedColumn(requestAnswers, 'sealedAnswer', ({ tenant, id }) => place(tenant, id))

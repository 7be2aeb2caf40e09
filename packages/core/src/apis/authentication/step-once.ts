import { z } from 'zod'
import { BillfoldError, errorTable, type ErrorCode, isBillfoldError } from '../../errors.ts'
import { describeFailure } from '../../http/failure.ts'
import type { Logger } from '../../logger.ts'
import { type Begun, beginStep } from '../../replays/answer-once.ts'
import type { Write } from '../../storage/index.ts'
import type { Answer } from './answer.ts'
import type { Authentication } from './authentication.ts'
import type { AuthenticationCaller } from './caller.ts'

/** The maximum clock skew between two host processes, in milliseconds. */
const clockSkew = 5_000

/** Builds the writes that store a reply, for the commit of the step itself. */
export type Keeping = (reply: Answer) => Promise<readonly Write[]>

const storedReplySchema = z.union([
  z.object({ reply: z.object({ data: z.unknown() }).loose() }),
  z.object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      issues: z.array(z.object({ path: z.string(), message: z.string() })),
    }),
  }),
])

/**
 * Runs a step once per request id. A repetition of the same step with the same request id returns the stored reply, including an error.
 * After a temporary failure (5xx, 429) the step can be repeated. Without a request id, which service keys do not need, the step simply
 * runs.
 * @param step everything that identifies the step: route, parameters, body
 * @param retentionMs how long the request id is stored, in milliseconds; by default until it would be rejected as stale
 * @throws BillfoldError `request.replayed` if the request id was used for another step, or for one without a stored reply
 */
export async function stepOnce(
  authentication: Authentication,
  caller: AuthenticationCaller,
  step: readonly string[],
  run: (replyWrites: Keeping) => Promise<Answer>,
  retentionMs: number = 2 * authentication.allowedTimeSpan * 1000 + clockSkew,
): Promise<Answer> {
  const { services } = authentication
  if (caller.stamp === undefined || caller.envelope === undefined) return run(() => Promise.resolve([]))
  const claimed = await beginStep(services, {
    tenant: caller.tenant,
    caller: caller.envelope.caller,
    requestId: caller.stamp.uuid,
    asked: [caller.kind, caller.id, caller.token?.id ?? '', ...step],
    expiresAt: services.now() + retentionMs,
  })
  if ('answer' in claimed) return replayReply(claimed.answer)
  const replyWrites: Keeping = (early) => claimed.keeping(JSON.stringify({ reply: early }))
  const reply = await run(replyWrites).catch(async (error: unknown) => {
    await logFailure(services.logger, saveError(claimed, error))
    throw error
  })
  // The step is done: return its reply even if it cannot be stored. The request id stays used.
  await logFailure(services.logger, claimed.keep(JSON.stringify({ reply })))
  return reply
}

async function logFailure(logger: Logger, saving: Promise<void>): Promise<void> {
  try {
    await saving
  } catch (cause) {
    logger.warn({ cause: describeFailure(cause) }, 'saving the reply of a request id failed')
  }
}

async function saveError(claimed: Begun, error: unknown): Promise<void> {
  if (!isBillfoldError(error) || error.status >= 500 || error.status === 429 || error.code === 'storage.refused')
    return claimed.forget()
  const { code, message, issues } = error
  return claimed.keep(JSON.stringify({ error: { code, message, issues } }))
}

function replayReply(stored: string): Answer {
  const parsed = storedReplySchema.parse(JSON.parse(stored))
  if ('reply' in parsed) return parsed.reply
  const { code, message, issues } = parsed.error
  if (!isErrorCode(code)) throw new BillfoldError('request.replayed')
  throw new BillfoldError(code, { message, issues })
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code)
}

import { z } from 'zod'
import { BillfoldError, errorTable, type ErrorCode, isBillfoldError } from '../../../kernel/errors.ts'
import { serializeError } from '../../../http/serialize-error.ts'
import type { Logger } from '../../../kernel/logger.ts'
import { type ClaimedRequest, claimRequest } from '../../../platform/replay-protection/claim-request.ts'
import type { Write } from '../../../kernel/storage/index.ts'
import type { StepReply } from './step-reply.ts'
import type { AuthenticationContext } from '../context.ts'
import type { AuthenticationCaller } from '../callers/authentication-caller.ts'

/** The maximum clock skew between two host processes, in milliseconds. */
const clockSkew = 5_000

/** Builds the writes that store a reply, for the commit of the step itself. */
export type ReplyWrites = (reply: StepReply) => Promise<readonly Write[]>

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
export async function withReplayProtection(
  authentication: AuthenticationContext,
  caller: AuthenticationCaller,
  step: readonly string[],
  run: (replyWrites: ReplyWrites) => Promise<StepReply>,
  retentionMs: number = 2 * authentication.allowedTimeSpan * 1000 + clockSkew,
): Promise<StepReply> {
  const { services } = authentication
  if (caller.requestId === undefined || caller.channel === undefined) return run(() => Promise.resolve([]))
  const claimed = await claimRequest(services, {
    tenant: caller.tenant,
    caller: caller.channel.callerKey,
    requestId: caller.requestId.uuid,
    fingerprintParts: [caller.kind, caller.id, caller.token?.id ?? '', ...step],
    expiresAt: services.now() + retentionMs,
  })
  if ('storedReply' in claimed) return replayReply(claimed.storedReply)
  const replyWrites: ReplyWrites = (early) => claimed.replyWrites(JSON.stringify({ reply: early }))
  const reply = await run(replyWrites).catch(async (error: unknown) => {
    await logFailure(services.logger, saveError(claimed, error))
    throw error
  })
  // The step is done: return its reply even if it cannot be stored. The request id stays used.
  await logFailure(services.logger, claimed.saveReply(JSON.stringify({ reply })))
  return reply
}

async function logFailure(logger: Logger, saving: Promise<void>): Promise<void> {
  try {
    await saving
  } catch (cause) {
    logger.warn({ cause: serializeError(cause) }, 'saving the reply of a request id failed')
  }
}

async function saveError(claimed: ClaimedRequest, error: unknown): Promise<void> {
  if (!isBillfoldError(error) || error.status >= 500 || error.status === 429 || error.code === 'storage.conflict')
    return claimed.abandon()
  const { code, message, issues } = error
  return claimed.saveReply(JSON.stringify({ error: { code, message, issues } }))
}

function replayReply(stored: string): StepReply {
  const parsed = storedReplySchema.parse(JSON.parse(stored))
  if ('reply' in parsed) return parsed.reply
  const { code, message, issues } = parsed.error
  if (!isErrorCode(code)) throw new BillfoldError('request.replayed')
  throw new BillfoldError(code, { message, issues })
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code)
}

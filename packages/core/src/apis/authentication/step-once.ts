import { z } from 'zod'
import { BillfoldError, errorTable, type ErrorCode, isBillfoldError } from '../../errors.ts'
import { describeFailure } from '../../http/failure.ts'
import type { Logger } from '../../logger.ts'
import { type Begun, beginStep } from '../../replays/answer-once.ts'
import type { Write } from '../../storage/index.ts'
import type { Answer } from './answer.ts'
import type { Authentication } from './authentication.ts'
import type { AuthenticationCaller } from './caller.ts'

/** How far the clocks of two host processes may be apart, in milliseconds. */
const clockSkew = 5_000

/** Gives the writes that keep an answer, for the commit of the step itself. */
export type Keeping = (answer: Answer) => Promise<readonly Write[]>

const keptShape = z.union([
  z.object({ answer: z.object({ data: z.unknown() }).loose() }),
  z.object({
    refused: z.object({
      code: z.string(),
      message: z.string(),
      issues: z.array(z.object({ path: z.string(), message: z.string() })),
    }),
  }),
])

/**
 * Takes a step once for each request id. The same step asked for again under the same request id gives the same answer, a refusal
 * too; what could not be done (5xx, 429) may be tried again. It is remembered for so many milliseconds: by default until nobody would
 * accept the request id any more. Without a request id (service keys need none) the step is simply taken.
 * @throws BillfoldError `request.replayed` for a request id that was used for something else, or whose step has no answer
 */
export async function stepOnce(
  authentication: Authentication,
  caller: AuthenticationCaller,
  asked: readonly string[],
  take: (keeping: Keeping) => Promise<Answer>,
  rememberedFor: number = 2 * authentication.allowedTimeSpan * 1000 + clockSkew,
): Promise<Answer> {
  const { services } = authentication
  if (caller.stamp === undefined || caller.envelope === undefined) return take(() => Promise.resolve([]))
  const begun = await beginStep(services, {
    tenant: caller.tenant,
    caller: caller.envelope.caller,
    requestId: caller.stamp.uuid,
    asked: [caller.kind, caller.id, caller.token?.id ?? '', ...asked],
    expiresAt: services.now() + rememberedFor,
  })
  if ('answer' in begun) return given(begun.answer)
  const answer = await take((told) => begun.keeping(JSON.stringify({ answer: told }))).catch(async (error: unknown) => {
    await orSay(services.logger, keepRefusal(begun, error))
    throw error
  })
  // The step is taken. Where its answer cannot be kept, it is given all the same, and the request id stays used.
  await orSay(services.logger, begun.keep(JSON.stringify({ answer })))
  return answer
}

async function orSay(logger: Logger, kept: Promise<void>): Promise<void> {
  try {
    await kept
  } catch (cause) {
    logger.warn({ cause: describeFailure(cause) }, 'the answer to a request id could not be kept')
  }
}

async function keepRefusal(begun: Begun, error: unknown): Promise<void> {
  if (!isBillfoldError(error) || error.status >= 500 || error.status === 429 || error.code === 'storage.refused')
    return begun.forget()
  const { code, message, issues } = error
  return begun.keep(JSON.stringify({ refused: { code, message, issues } }))
}

function given(kept: string): Answer {
  const parsed = keptShape.parse(JSON.parse(kept))
  if ('answer' in parsed) return parsed.answer
  const { code, message, issues } = parsed.refused
  if (!isErrorCode(code)) throw new BillfoldError('request.replayed')
  throw new BillfoldError(code, { message, issues })
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code)
}

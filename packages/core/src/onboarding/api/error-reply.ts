import { z } from 'zod'
import type { BillfoldError } from '../../kernel/errors.ts'
import type { Reply } from '../../http/index.ts'

/** Renders an error as `{code, message, errors?}`, with underscores in the code: `user_exists`. */
export function onboardingErrorReply(error: BillfoldError, requestId: string): Reply {
  if (error.status === 500)
    return { status: 500, body: { code: 'unexpected', message: `Something went wrong (request ${requestId})` } }
  const { code, message, issues } = error
  const body = { code: code.replaceAll(/[.-]/g, '_'), message, ...(issues.length > 0 && { errors: issues }) }
  return { status: toStatus(error), body }
}

/** The API document defines no 422, so only idempotency conflicts use it; a second user is a 400. */
function toStatus({ code, status }: BillfoldError): number {
  if (code === 'user.exists') return 400
  return status === 422 && code !== 'idempotency-key.reused' ? 409 : status
}

/** Schema of the error body. */
export const onboardingErrorBody = z.object({
  code: z.string(),
  message: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

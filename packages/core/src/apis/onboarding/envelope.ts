import { z } from 'zod'
import type { BillfoldError } from '../../errors.ts'
import type { Reply } from '../../http/index.ts'

/** `{code, message, errors?}`; the code in words with underscores: `user_exists`. */
export function failure(error: BillfoldError, requestId: string): Reply {
  if (error.status === 500)
    return { status: 500, body: { code: 'unexpected', message: `Something went wrong (request ${requestId})` } }
  const { code, message, issues } = error
  const body = { code: code.replaceAll(/[.-]/g, '_'), message, ...(issues.length > 0 && { errors: issues }) }
  return { status: statusOf(error), body }
}

/** The document of this API knows no 422, but whoever sends an Idempotency-Key does; and it says 400 to a second user. */
function statusOf({ code, status }: BillfoldError): number {
  if (code === 'user.exists') return 400
  return status === 422 && code !== 'idempotency-key.reused' ? 409 : status
}

/** The shape of it. */
export const failureBody = z.object({
  code: z.string(),
  message: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

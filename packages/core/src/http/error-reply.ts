import { z } from 'zod'
import type { BillfoldError } from '../kernel/errors.ts'
import type { Reply } from './request-response.ts'

/**
 * Renders an error as `{code, message, requestId, issues?}`, for APIs without an error format of their own. A 500
 * contains no detail: the request id finds its log entry.
 */
export function jsonErrorReply({ code, message, status, issues }: BillfoldError, requestId: string): Reply {
  if (status === 500) return { status, body: { code: 'unexpected', message: 'Something went wrong', requestId } }
  return { status, body: { code, message, requestId, ...(issues.length > 0 && { issues }) } }
}

/** The schema of {@link jsonErrorReply}. */
export const jsonErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  requestId: z.string(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

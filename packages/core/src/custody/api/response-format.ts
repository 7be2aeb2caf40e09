import type { BillfoldError } from '../../kernel/errors.ts'
import type { Reply } from '../../http/index.ts'

/** The success format of all replies: `{success:true, result}`. */
export function custodySuccessReply(result: unknown, status = 200): Reply {
  return { status, body: { success: true, result } }
}

/** The error format: `{success:false, errors:[{code, message}]}`. Input errors have the field path as their code. */
export function custodyErrorReply(error: BillfoldError, requestId: string): Reply {
  return { status: error.status, body: { success: false, errors: toErrors(error, requestId) } }
}

function toErrors(error: BillfoldError, requestId: string): readonly { code: string; message: string }[] {
  if (error.status === 500) return [{ code: 'UNKNOWN_ERROR', message: `Something went wrong (request ${requestId})` }]
  if (error.issues.length > 0) return error.issues.map(({ path, message }) => ({ code: path, message }))
  return [{ code: error.code, message: error.message }]
}

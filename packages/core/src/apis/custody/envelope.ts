import type { BillfoldError } from '../../errors.ts'
import type { Reply } from '../../http/index.ts'

/** `{success:true, result}`, the envelope of every answer. */
export function success(result: unknown, status = 200): Reply {
  return { status, body: { success: true, result } }
}

/** `{success:false, errors:[{code, message}]}`; what is wrong with an input goes by the field's name. */
export function failure(error: BillfoldError, requestId: string): Reply {
  return { status: error.status, body: { success: false, errors: errorsOf(error, requestId) } }
}

function errorsOf(error: BillfoldError, requestId: string): readonly { code: string; message: string }[] {
  if (error.status === 500) return [{ code: 'UNKNOWN_ERROR', message: `Something went wrong (request ${requestId})` }]
  if (error.issues.length > 0) return error.issues.map(({ path, message }) => ({ code: path, message }))
  return [{ code: error.code, message: error.message }]
}

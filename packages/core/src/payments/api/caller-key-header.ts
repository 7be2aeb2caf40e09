import { z } from 'zod'
import type { IncomingRequest } from '../../http/index.ts'

/** Schema of the headers: `publickey` is the public key of a caller that uses field encryption. */
export const callerKeyHeader = z.object({ publickey: z.string().min(1).max(256).optional() })

/** Returns the public key in the headers; undefined if there is none or it is invalid, which the route's schema rejects. */
export function callerKeyIn(headers: IncomingRequest['headers']): string | undefined {
  return callerKeyHeader.safeParse(headers).data?.publickey
}

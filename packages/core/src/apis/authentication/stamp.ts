import { z } from 'zod'
import type { Envelope } from '../../envelope/index.ts'
import { BillfoldError } from '../../errors.ts'
import type { RequestStamp } from './caller.ts'

const shape = z.object({
  uuid: z.string().min(1).max(128),
  ts: z.number(),
  appid: z.string().max(256).optional(),
  appId: z.string().max(256).optional(),
})

/**
 * Opens a `requestid` header: `{appid | appId, uuid, ts}`, `ts` in seconds since 1970, encrypted.
 * @throws BillfoldError `envelope.invalid` for what does not open or is something else; `request-id.stale`
 */
export function openStamp(
  envelope: Envelope,
  header: string,
  clock: { readonly now: number; readonly span: number },
): RequestStamp {
  const parsed = shape.safeParse(jsonOf(envelope.open(header)))
  const appId = parsed.data?.appid ?? parsed.data?.appId
  if (!parsed.success || appId === undefined) throw new BillfoldError('envelope.invalid')
  const { uuid, ts } = parsed.data
  if (!(Math.abs(clock.now / 1000 - ts) <= clock.span)) throw new BillfoldError('request-id.stale')
  return { uuid, appId, sentAt: ts * 1000 }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

import { z } from 'zod'
import type { SecureChannel } from '../../../platform/secure-channel/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { RequestIdClaims } from './authentication-caller.ts'

const requestIdSchema = z.object({
  uuid: z.string().min(1).max(128),
  ts: z.number(),
  appid: z.string().max(256).optional(),
  appId: z.string().max(256).optional(),
})

/**
 * Decrypts a `requestid` header: `{appid | appId, uuid, ts}`, with `ts` in epoch seconds.
 * @param clock the current time in epoch milliseconds, and the allowed time span in seconds
 * @throws BillfoldError `channel.invalid` if it cannot be decrypted or parsed; `request-id.outside-window`
 */
export function decryptRequestId(
  channel: SecureChannel,
  header: string,
  clock: { readonly now: number; readonly span: number },
): RequestIdClaims {
  const parsed = requestIdSchema.safeParse(parseJson(channel.decrypt(header)))
  const appId = parsed.data?.appid ?? parsed.data?.appId
  if (!parsed.success || appId === undefined) throw new BillfoldError('channel.invalid')
  const { uuid, ts } = parsed.data
  if (!(Math.abs(clock.now / 1000 - ts) <= clock.span)) throw new BillfoldError('request-id.outside-window')
  return { uuid, appId, sentAt: ts * 1000 }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

import { z } from 'zod'
import type { Reply } from '../../http/index.ts'
import type { Authentication } from './authentication.ts'
import type { AuthenticationCaller } from './caller.ts'

/** What a step answers: JSON all through, since it may be kept and given again. */
export interface Answer {
  /** 200 unless said otherwise. */
  readonly status?: number
  /** What is encrypted, where the reply is. */
  readonly data: unknown
  /** What stands beside `data`, in plain sight. */
  readonly beside?: Readonly<Record<string, unknown>>
  /** The whole body of a reply that is not encrypted, where it is not `{...beside, data, publicKey}`. */
  readonly plain?: unknown
}

/** Whether a reply is encrypted: always (but to a service key that brought no `publickey`), or when the request was. */
export type Sealing = 'always' | 'as-asked'

/** An answer as the caller gets it. */
export async function sealReply(
  authentication: Authentication,
  caller: AuthenticationCaller,
  { status = 200, data, beside, plain }: Answer,
  encrypted: boolean,
): Promise<Reply> {
  const { publicKey } = await authentication.envelopes(caller.tenant)
  if (encrypted && caller.envelope !== undefined)
    return { status, body: { ...beside, data: caller.envelope.seal(JSON.stringify(data)), publicKey } }
  return { status, body: plain ?? { ...beside, data, publicKey } }
}

/** `{data, publicKey}` for OpenAPI, `data` encrypted or plain. */
export function sealedReply(schema: z.ZodType, beside: Readonly<Record<string, z.ZodType>> = {}): z.ZodType {
  const encrypted = z.string().describe('The same as JSON, encrypted: base64')
  return z.object({ ...beside, data: z.union([encrypted, schema]), publicKey: z.string() })
}

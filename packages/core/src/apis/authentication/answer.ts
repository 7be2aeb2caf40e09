import { z } from 'zod'
import type { Reply } from '../../http/index.ts'
import type { Authentication } from './authentication.ts'
import type { AuthenticationCaller } from './caller.ts'

/** The reply of a step. It must consist of JSON values, because it may be stored and returned again. */
export interface Answer {
  /** Default: 200. */
  readonly status?: number
  /** The part that is encrypted if the reply is. */
  readonly data: unknown
  /** Fields beside `data` that are never encrypted. */
  readonly beside?: Readonly<Record<string, unknown>>
  /** The complete body of an unencrypted reply, if it differs from `{...plainFields, data, publicKey}`. */
  readonly plain?: unknown
}

/** When a reply is encrypted: always (except for a service key without `publickey`), or if the request was. */
export type Sealing = 'always' | 'match-request'

/** Encrypts a reply for the caller, if it is to be encrypted. */
export async function sealReply(
  authentication: Authentication,
  caller: AuthenticationCaller,
  { status = 200, data, beside: plainFields, plain: plainBody }: Answer,
  encrypted: boolean,
): Promise<Reply> {
  const { publicKey } = await authentication.envelopes(caller.tenant)
  if (encrypted && caller.envelope !== undefined)
    return { status, body: { ...plainFields, data: caller.envelope.seal(JSON.stringify(data)), publicKey } }
  return { status, body: plainBody ?? { ...plainFields, data, publicKey } }
}

/** The OpenAPI schema of `{data, publicKey}`, with `data` encrypted or plain. */
export function sealedReply(schema: z.ZodType, plainFields: Readonly<Record<string, z.ZodType>> = {}): z.ZodType {
  const encrypted = z.string().describe('The same value as JSON, encrypted: base64')
  return z.object({ ...plainFields, data: z.union([encrypted, schema]), publicKey: z.string() })
}

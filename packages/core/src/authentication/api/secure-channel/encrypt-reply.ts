import { z } from 'zod'
import type { Reply } from '../../../http/index.ts'
import type { AuthenticationContext } from '../context.ts'
import type { AuthenticationCaller } from '../callers/authentication-caller.ts'

/** The reply of a step. It must consist of JSON values, because it may be stored and returned again. */
export interface StepReply {
  /** Default: 200. */
  readonly status?: number
  /** The part that is encrypted if the reply is. */
  readonly data: unknown
  /** Fields beside `data` that are never encrypted. */
  readonly plainFields?: Readonly<Record<string, unknown>>
  /** The complete body of an unencrypted reply, if it differs from `{...plainFields, data, publicKey}`. */
  readonly plainBody?: unknown
}

/** When a reply is encrypted: always (except for a service key without `publickey`), or if the request was. */
export type ReplyEncryption = 'always' | 'match-request'

/** Encrypts a reply for the caller, if it is to be encrypted. */
export async function encryptReply(
  authentication: AuthenticationContext,
  caller: AuthenticationCaller,
  { status = 200, data, plainFields, plainBody }: StepReply,
  encrypted: boolean,
): Promise<Reply> {
  const { publicKey } = await authentication.channels(caller.tenant)
  if (encrypted && caller.channel !== undefined)
    return { status, body: { ...plainFields, data: caller.channel.encrypt(JSON.stringify(data)), publicKey } }
  return { status, body: plainBody ?? { ...plainFields, data, publicKey } }
}

/** The OpenAPI schema of `{data, publicKey}`, with `data` encrypted or plain. */
export function encryptedReplySchema(
  schema: z.ZodType,
  plainFields: Readonly<Record<string, z.ZodType>> = {},
): z.ZodType {
  const encrypted = z.string().describe('The same value as JSON, encrypted: base64')
  return z.object({ ...plainFields, data: z.union([encrypted, schema]), publicKey: z.string() })
}

import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { SecureChannel } from '../../../platform/secure-channel/index.ts'
import { parseJson, sanitizeJson, yieldAfterLarge } from '../../../http/index.ts'
import type { AuthenticationCaller } from '../callers/authentication-caller.ts'

/** A decrypted or plain request body. */
export interface DecryptedBody {
  readonly form: 'encrypted' | 'plain'
  /** The decrypted text, or the JSON of a plain body. Equal bodies have equal texts. */
  readonly text: string
  readonly value: unknown
}

/** The container before decryption: `{data}`, encrypted or plain, or the fields of `data` directly. */
const container = z.looseObject({ data: z.unknown().optional() })

/** Builds the schema of a body in its container. It documents `data`, which is validated after decryption. */
export function bodyContainerSchema(schema: z.ZodType): z.ZodType {
  return container.meta({
    // Converted when a document is generated: most instances never generate one, and conversions take a third of `createBillfold`.
    get properties() {
      const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
      const encrypted = { type: 'string', description: 'The same value as JSON, encrypted: base64' }
      return { data: { anyOf: [encrypted, plain] } }
    },
  })
}

/**
 * Decrypts a body. `data` is decrypted if it is a string. Otherwise the body is plain: the value of `data`, or the whole body.
 * @param body the body in its container, as transmitted
 * @param allowPlain false to reject a plain body
 * @throws BillfoldError `channel.invalid`; `channel.required` for a plain body that is not allowed; `body.malformed` for invalid JSON
 */
export async function decryptBody(
  caller: AuthenticationCaller,
  body: unknown,
  allowPlain: boolean,
): Promise<DecryptedBody> {
  const { data } = container.parse(body)
  if (typeof data !== 'string') {
    if (!allowPlain) throw new BillfoldError('channel.required')
    const value = data === undefined ? body : data
    return { form: 'plain', text: JSON.stringify(value), value }
  }
  if (caller.channel === undefined) throw new BillfoldError('channel.invalid')
  return decryptJson(caller.channel, data)
}

/** Decrypts JSON. @throws BillfoldError `channel.invalid`; `body.malformed` for invalid JSON */
export async function decryptJson(channel: SecureChannel, data: string): Promise<DecryptedBody> {
  const bytes = channel.decrypt(data)
  await yieldAfterLarge(bytes.length)
  if (!isUtf8(bytes)) throw new BillfoldError('body.malformed')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const value = parseJson(text)
  if (!sanitizeJson(value)) throw new BillfoldError('body.malformed')
  await yieldAfterLarge(bytes.length)
  return { form: 'encrypted', text, value }
}

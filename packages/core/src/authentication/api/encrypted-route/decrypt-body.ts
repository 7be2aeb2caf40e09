import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { BillfoldError } from '../../../kernel/errors.ts'
import { sanitizeJson } from '../../../http/sanitize-json.ts'
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

/** Builds the schema of a body in its container, for OpenAPI. It documents `data`, which is parsed after decryption. */
export function bodyContainerSchema(schema: z.ZodType): typeof container {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const encrypted = { type: 'string', description: 'The same value as JSON, encrypted: base64' }
  return container.meta({ properties: { data: { anyOf: [encrypted, plain] } } })
}

/**
 * Decrypts a body. `data` is decrypted if it is a string. Otherwise the body is plain: the value of `data`, or the whole body.
 * @param allowPlain false to reject a plain body
 * @throws BillfoldError `channel.invalid`; `channel.required` for a plain body that is not allowed; `body.malformed` for invalid JSON
 */
export function decryptBody(
  caller: AuthenticationCaller,
  body: z.output<typeof container>,
  allowPlain: boolean,
): DecryptedBody {
  if (typeof body.data !== 'string') {
    if (!allowPlain) throw new BillfoldError('channel.required')
    const value = body.data === undefined ? body : body.data
    return { form: 'plain', text: JSON.stringify(value), value }
  }
  if (caller.channel === undefined) throw new BillfoldError('channel.invalid')
  const bytes = caller.channel.decrypt(body.data)
  if (!isUtf8(bytes)) throw new BillfoldError('body.malformed')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const value = parseJson(text)
  if (!sanitizeJson(value)) throw new BillfoldError('body.malformed')
  return { form: 'encrypted', text, value }
}

/** Drops the cause, because the parser's message quotes the text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new BillfoldError('body.malformed')
  }
}

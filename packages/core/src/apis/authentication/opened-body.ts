import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { settleJson } from '../../http/plain-json.ts'
import type { AuthenticationCaller } from './caller.ts'

/** How a body came, and what it says. */
export interface OpenedBody {
  readonly form: 'encrypted' | 'plain'
  /** The text that was encrypted, or the JSON of what was plain: the same for the same body. */
  readonly text: string
  readonly value: unknown
}

/** `{data}`, encrypted or plain, or the fields of `data` without it: what is taken, before it is known what it says. */
const container = z.looseObject({ data: z.unknown().optional() })

/** The schema of a body in its container: it documents `data`, and leaves its parsing to whoever has opened it. */
export function containerOf(schema: z.ZodType): typeof container {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const encrypted = { type: 'string', description: 'The same as JSON, encrypted: base64' }
  return container.meta({ properties: { data: { anyOf: [encrypted, plain] } } })
}

/**
 * Opens a body: decrypts `data` where it is a string, else takes `data`, or where there is none the body itself, as it is.
 * @throws BillfoldError `envelope.invalid`; `envelope.required` for a plain one where it must not be; `body.malformed` for what is no JSON
 */
export function openBody(
  caller: AuthenticationCaller,
  body: z.output<typeof container>,
  mayBePlain: boolean,
): OpenedBody {
  if (typeof body.data !== 'string') {
    if (!mayBePlain) throw new BillfoldError('envelope.required')
    const value = body.data === undefined ? body : body.data
    return { form: 'plain', text: JSON.stringify(value), value }
  }
  if (caller.envelope === undefined) throw new BillfoldError('envelope.invalid')
  const bytes = caller.envelope.open(body.data)
  if (!isUtf8(bytes)) throw new BillfoldError('body.malformed')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const value = parsed(text)
  if (!settleJson(value)) throw new BillfoldError('body.malformed')
  return { form: 'encrypted', text, value }
}

/** Without its cause: the parser's message quotes the text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new BillfoldError('body.malformed')
  }
}

import { z } from 'zod'
import { type BodyCodec, type BodyRule, type ReplyRule } from '../../http/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { FieldCipher } from '../field-cipher.ts'
import type { PaymentsApiContext } from './api-context.ts'
import { callerKeyHeader, callerKeyIn } from './caller-key-header.ts'
import { type EndpointFields, type FieldRule, fieldsSchema, transmittedFieldsSchema } from './fields.ts'
import { type EndpointResult, paymentsResponse, successReply } from './response-format.ts'

/** Field encryption of a caller: the cipher, and the caller's public key from the header. */
export interface FieldEncryption {
  readonly cipher: FieldCipher
  readonly tenant: string
  readonly callerKey: string
}

/** A request as transmitted, and its field encryption; undefined for a caller that does not use it. */
export interface TransmittedFields {
  readonly values: Readonly<Record<string, unknown>>
  readonly encryption: FieldEncryption | undefined
}

/** The parts of a route's definition that its fields determine. */
interface FieldsDefinition<K extends string> {
  readonly headers: typeof callerKeyHeader
  readonly body: BodyRule<z.ZodType<EndpointFields<K>>>
  readonly codec: BodyCodec<TransmittedFields, EndpointResult>
  readonly replies: Readonly<Record<number, ReplyRule>>
}

const bodyLimit = 64 * 1024
const fieldValues = z.record(z.string(), z.unknown())

/**
 * Defines the body of a route by its fields: those that a caller with field encryption encrypts are decrypted, and the fields of the
 * reply's data that are named in `encryptedReplyFields` are encrypted.
 */
export function withFields<K extends string>(
  api: PaymentsApiContext,
  fields: Readonly<Record<K, FieldRule>>,
  encryptedReplyFields: readonly string[] = [],
): FieldsDefinition<K> {
  return {
    headers: callerKeyHeader,
    body: { encoding: 'json', schema: fieldsSchema(fields), limit: bodyLimit, optional: true },
    codec: fieldsCodec(api, fields, encryptedReplyFields),
    replies: {
      200: {
        description: 'Success (response_code 0), or a documented failure (response_code 1)',
        schema: paymentsResponse,
      },
    },
  }
}

function fieldsCodec(
  api: PaymentsApiContext,
  fields: Readonly<Record<string, FieldRule>>,
  encryptedReplyFields: readonly string[],
): BodyCodec<TransmittedFields, EndpointResult> {
  const requiresEncryption = api.requireEncryption && Object.values(fields).some(({ encrypted }) => encrypted)
  return {
    transmittedSchema: () => transmittedFieldsSchema(fields),
    decode: async (body, { caller: { tenant }, headers }) => {
      const values = fieldValues.parse(body)
      const callerKey = callerKeyIn(headers)
      if (callerKey === undefined && requiresEncryption) throw new BillfoldError('field.encryption-required')
      const encryption = callerKey === undefined ? undefined : { cipher: api.cipher, tenant, callerKey }
      const value = await decryptFields(fields, values, encryption)
      if (encryption !== undefined && encryptedReplyFields.length > 0) await checkCallerKey(encryption)
      return { value, state: { values, encryption }, replyKey: callerKey }
    },
    encode: async ({ message, data }, { encryption }) => {
      const encoded = encryption === undefined ? data : await encryptData(data, encryptedReplyFields, encryption)
      return successReply({ message, data: encoded }, api.dataFormat)
    },
  }
}

/** Decrypts the fields of a request. Omits absent and empty fields. @throws BillfoldError `field.decryption-failed` */
async function decryptFields(
  rules: Readonly<Record<string, FieldRule>>,
  values: Readonly<Record<string, unknown>>,
  encryption: FieldEncryption | undefined,
): Promise<Readonly<Record<string, string>>> {
  const fields: Record<string, string> = {}
  for (const [name, rule] of Object.entries(rules)) {
    const value = values[name]
    if ((typeof value !== 'string' && typeof value !== 'number') || value === '') continue
    const text = String(value)
    const decrypted = rule.encrypted && encryption !== undefined ? await decryptField(encryption, text) : text
    if (decrypted !== '') fields[name] = decrypted
  }
  return fields
}

/**
 * Rejects a malformed key before the operation: otherwise its reply would fail after it took effect, and each of the reply's fields
 * would fail on its own, which takes a key agreement each.
 * @throws BillfoldError `field.decryption-failed`
 */
async function checkCallerKey({ cipher, tenant, callerKey }: FieldEncryption): Promise<void> {
  await cipher.encrypt(tenant, callerKey, 'x')
}

function decryptField({ cipher, tenant, callerKey }: FieldEncryption, text: string): Promise<string> {
  return cipher.decrypt(tenant, callerKey, text)
}

/** Encrypts the named fields of a reply's data, at any depth. */
async function encryptData(data: unknown, names: readonly string[], encryption: FieldEncryption): Promise<unknown> {
  if (Array.isArray(data)) return Promise.all(data.map((item) => encryptData(item, names, encryption)))
  if (typeof data !== 'object' || data === null) return data
  const { cipher, tenant, callerKey } = encryption
  const entries = Object.entries(data).map(
    async ([name, value]: [string, unknown]): Promise<[string, unknown]> => [
      name,
      names.includes(name) && typeof value === 'string' && value !== ''
        ? await cipher.encrypt(tenant, callerKey, value)
        : value,
    ],
  )
  return Object.fromEntries(await Promise.all(entries))
}

import { z } from 'zod'
import type { Actor } from '../../audit/record.ts'
import { BillfoldError, type ErrorCode, isBillfoldError } from '../../errors.ts'
import {
  type Caller,
  type Guard,
  type Idempotency,
  type RateLimit,
  type RequestContext,
  type Reply,
  type Route,
  route,
} from '../../http/index.ts'
import { apiKeyLength, type ApiKeyRow, findApiKey } from '../../payments/api-keys.ts'
import { type Held, stillCaller } from '../../payments/held.ts'
import type { FieldCipher } from '../../payments/field-cipher.ts'
import type { Payments } from '../../payments/settings.ts'
import { sourceOf } from '../../rate-limits/index.ts'
import { apiKeyIn, keyFields } from './api-key.ts'
import { type Answer, type DataForm, done, envelope, refused } from './envelope.ts'
import { type Encryption, type FieldRule, type Fields, fieldsSchema, openFields, sealFields } from './fields.ts'

/** Dependencies that the endpoints of this API share. */
export interface PaymentsApi extends Payments {
  readonly cipher: FieldCipher
  readonly requireEncryption: boolean
  readonly dataForm: DataForm
  /** For routes without API key: registration, login, public key. */
  readonly open: Guard
  readonly byKey: Guard
  /** Service keys with scope `payments:gateway` or `payments:subscriptions`. */
  readonly gateway: Guard
  readonly subscriptions: Guard
  /** Rate limits per source address. */
  readonly registrations: Omit<RateLimit, 'by'>
  readonly logins: Omit<RateLimit, 'by'>
}

/** The caller of an endpoint. */
export interface EndpointCaller {
  readonly actor: Actor
  /** Whether the caller uses field encryption. */
  readonly encrypts: boolean
}

/** An endpoint, as the API document describes it. */
export interface Endpoint<K extends string, C> {
  readonly id: string
  /** Relative to `/api/v1/lokdon/` unless it starts with a slash. Further paths are aliases. */
  readonly paths: readonly [string, ...string[]]
  readonly summary: string
  /** Also serves GET, with the API key in the header. */
  readonly get?: boolean
  readonly guard: Guard
  /** Default: `none` if the endpoint also serves GET, otherwise `key`. */
  readonly idempotency?: Idempotency
  readonly limits?: readonly RateLimit[]
  readonly fields: Readonly<Record<K, FieldRule>>
  /** Fields of the reply's data that are encrypted for callers that use field encryption. */
  readonly seals?: readonly string[]
  /**
   * Messages that the API document prescribes for these errors, sent with HTTP 200 and response code 1. All other
   * errors use their own status.
   */
  readonly says?: Partial<Record<ErrorCode, string | ((error: BillfoldError) => string)>>
  readonly caller: (api: PaymentsApi, request: Came, caller: EndpointCaller) => Promise<C>
  readonly handle: (fields: Fields<K>, caller: C, context: RequestContext) => Promise<Answer>
}

/** A request before its fields are decrypted. */
export interface Came {
  readonly values: Readonly<Record<string, unknown>>
  readonly context: RequestContext
  readonly encryption: Encryption | undefined
}

/** Caller of an endpoint without API key: public, or already authenticated by the service guard. */
export const anyCaller = (_api: PaymentsApi, _request: Came, caller: EndpointCaller): Promise<EndpointCaller> =>
  Promise.resolve(caller)

/** A caller with an API key. */
export interface KeyCaller extends EndpointCaller {
  readonly key: ApiKeyRow
  readonly userId: string
  /** Preconditions for the operations of this caller: the key may be revoked while they wait. */
  readonly held: readonly Held[]
}

/**
 * Authenticates the caller by API key.
 * @throws BillfoldError `caller.unauthenticated`; `field.encryption-required` if the key is valid for encrypted
 *   requests only
 */
export async function keyCaller(api: PaymentsApi, request: Came, caller: EndpointCaller): Promise<KeyCaller> {
  const { tenant } = caller.actor
  const key = await findApiKey(
    api.services,
    tenant,
    await decryptApiKey(apiKeyIn(request.context, request.values), request.encryption),
  )
  if (key.encrypted && !caller.encrypts) throw new BillfoldError('field.encryption-required')
  return { ...caller, key, userId: key.userId, held: stillCaller(key), actor: { ...caller.actor, id: key.userId } }
}

/** The API document encrypts the key for one endpoint. Callers that use field encryption may do so everywhere. */
async function decryptApiKey(text: string, encryption: Encryption | undefined): Promise<string> {
  if (encryption === undefined || text.length === apiKeyLength) return text
  try {
    return await encryption.cipher.open(encryption.tenant, encryption.callerKey, text)
  } catch (error) {
    if (isBillfoldError(error, 'field.undecipherable'))
      throw new BillfoldError('caller.unauthenticated', { cause: error })
    throw error
  }
}

const bodyLimit = 64 * 1024
const fieldValues = z.record(z.string(), z.unknown())
const header = z.object({ publickey: z.string().min(1).max(256).optional() })

/** The routes of an endpoint: POST under each path, and GET if `allowGet` is set. */
export function endpoint<K extends string, C>(api: PaymentsApi, definition: Endpoint<K, C>): readonly Route[] {
  const { id, summary, guard, limits = [], paths, get = false, idempotency = get ? 'none' : 'key' } = definition
  const replies = {
    200: { description: 'Success (response_code 0), or a documented failure (response_code 1)', schema: envelope },
  }
  const schema = fieldsSchema({ ...definition.fields, ...(guard === api.byKey ? keyFields : {}) })
  const fullPaths = paths.map((path) => (path.startsWith('/') ? path : `/api/v1/lokdon/${path}`))
  const common = { summary, guard, limits, headers: header, replies }
  const posts = fullPaths.map((path, index) =>
    route({
      ...common,
      id: index === 0 ? id : `${id}${index + 1}`,
      method: 'POST',
      path,
      body: { encoding: 'json', schema, limit: bodyLimit, optional: true },
      idempotency,
      openBody: (body, context) => decryptBody(api, definition, body, context),
      callerInBody:
        guard === api.byKey ? (body, context) => findCallerInBody(api, definition, body, context) : undefined,
      handler: ({ body, headers }, context) => handleRequest(api, definition, body, headers.publickey, context),
    }),
  )
  if (!get) return posts
  const querySchema = fieldsSchema(definition.fields)
  const gets = fullPaths.map((path, index) =>
    route({
      ...common,
      id: `${id}ByGet${index === 0 ? '' : index + 1}`,
      method: 'GET',
      path,
      query: querySchema,
      handler: ({ query, headers }, context) => handleRequest(api, definition, query, headers.publickey, context),
    }),
  )
  return [...posts, ...gets]
}

/**
 * Decrypts the fields of a body for comparison with an earlier request under the same idempotency key. Excludes the
 * API key, which only identifies the caller.
 */
async function decryptBody<K extends string, C>(
  api: PaymentsApi,
  definition: Endpoint<K, C>,
  body: unknown,
  { caller, headers }: RequestContext,
): Promise<unknown> {
  const values = fieldValues.parse(body)
  const encryption = resolveEncryption(api, definition, caller.tenant, header.parse(headers).publickey)
  return openFields(definition.fields, values, encryption)
}

/**
 * Returns the user of the API key in a body; undefined if the key is missing or invalid, which the endpoint reports
 * itself.
 */
async function findCallerInBody<K extends string, C>(
  api: PaymentsApi,
  definition: Endpoint<K, C>,
  body: unknown,
  context: RequestContext,
): Promise<Caller | undefined> {
  const [values, headers] = [fieldValues.safeParse(body), header.safeParse(context.headers)]
  if (!values.success || !headers.success) return undefined
  const { tenant, id } = context.caller
  try {
    const encryption = resolveEncryption(api, definition, tenant, headers.data.publickey)
    const request = { values: values.data, context, encryption }
    const { userId } = await keyCaller(api, request, { actor: { tenant, id }, encrypts: encryption !== undefined })
    return { kind: 'user', tenant, id: userId, scopes: new Set() }
  } catch (error) {
    if (isBillfoldError(error) && error.status < 500) return undefined
    throw error
  }
}

async function handleRequest<K extends string, C>(
  api: PaymentsApi,
  definition: Endpoint<K, C>,
  values: Readonly<Record<string, unknown>>,
  publicKey: string | undefined,
  context: RequestContext,
): Promise<Reply> {
  const { tenant, id } = context.caller
  const encryption = resolveEncryption(api, definition, tenant, publicKey)
  const actor = { tenant, id, source: sourceOf(context.ip) }
  try {
    const caller = await definition.caller(
      api,
      { values, context, encryption },
      {
        actor,
        encrypts: encryption !== undefined,
      },
    )
    const fields = await openFields(definition.fields, values, encryption)
    const result = await definition.handle(fields, caller, context)
    const { seals = [] } = definition
    const data = encryption === undefined ? result.data : await sealFields(result.data, seals, encryption)
    return done({ message: result.message, data }, api.dataForm)
  } catch (error) {
    const documented = isBillfoldError(error) ? definition.says?.[error.code] : undefined
    if (documented === undefined || !isBillfoldError(error)) throw error
    const message = typeof documented === 'string' ? documented : documented(error)
    return refused(message, error.code === 'payment.external' ? 'data' : '')
  }
}

function resolveEncryption<K extends string, C>(
  { cipher, requireEncryption }: PaymentsApi,
  { fields }: Endpoint<K, C>,
  tenant: string,
  callerKey: string | undefined,
): Encryption | undefined {
  if (callerKey !== undefined) {
    return { cipher, tenant, callerKey }
  }
  const rules: readonly FieldRule[] = Object.values(fields)
  if (requireEncryption && rules.some(({ encrypted }) => encrypted))
    throw new BillfoldError('field.encryption-required')
  return undefined
}

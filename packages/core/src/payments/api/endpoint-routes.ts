import { z } from 'zod'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { BillfoldError, type ErrorCode, isBillfoldError } from '../../kernel/errors.ts'
import {
  type Caller,
  type Guard,
  type Idempotency,
  type RateLimit,
  type BodyCodec,
  type DocumentedErrors,
  type RequestContext,
  type Route,
  route,
} from '../../http/index.ts'
import { apiKeyLength, type PaymentApiKeyRow, authenticateApiKey } from '../credentials/api-keys.ts'
import { type Precondition, apiKeyStillValid } from '../preconditions.ts'
import type { FieldCipher } from '../field-cipher.ts'
import type { PaymentsContext } from '../settings.ts'
import { toSourceAddress } from '../../platform/rate-limits/index.ts'
import { parsePresentedApiKey, apiKeyFields } from './api-key-auth.ts'
import {
  type EndpointResult,
  type DataFormat,
  successReply,
  paymentsResponse,
  documentedFailure,
} from './response-format.ts'
import {
  type FieldEncryption,
  type FieldRule,
  type EndpointFields,
  fieldsSchema,
  transmittedFieldsSchema,
  decryptFields,
  encryptReplyFields,
} from './fields.ts'

/** Dependencies that the endpoints of this API share. */
export interface EndpointContext extends PaymentsContext {
  readonly cipher: FieldCipher
  readonly requireEncryption: boolean
  readonly dataFormat: DataFormat
  /** For routes without API key: registration, login, public key. */
  readonly publicGuard: Guard
  readonly apiKeyAuth: Guard
  /** Service keys with scope `payments:gateway` or `payments:subscriptions`. */
  readonly gatewayGuard: Guard
  readonly subscriptionsGuard: Guard
  /** Rate limits per source address. */
  readonly registrationLimit: Omit<RateLimit, 'by'>
  readonly loginLimit: Omit<RateLimit, 'by'>
}

/** The caller of an endpoint. */
export interface EndpointCaller {
  readonly actor: Actor
  /** Whether the caller uses field encryption. */
  readonly encrypts: boolean
}

/** An endpoint, as the API document describes it. */
export interface EndpointDefinition<K extends string, C> {
  readonly id: string
  /** Relative to `/api/v1/lokdon/` unless it starts with a slash. Further paths are aliases. */
  readonly paths: readonly [string, ...string[]]
  readonly summary: string
  /** Also serves GET, with the API key in the header. */
  readonly allowGet?: boolean
  readonly guard: Guard
  /** Default: `none` if the endpoint also serves GET, otherwise `key`. */
  readonly idempotency?: Idempotency
  readonly limits?: readonly RateLimit[]
  readonly fields: Readonly<Record<K, FieldRule>>
  /** Fields of the reply's data that are encrypted for callers that use field encryption. */
  readonly encryptedReplyFields?: readonly string[]
  /**
   * Messages that the API document prescribes for these errors, sent with HTTP 200 and response code 1. All other
   * errors use their own status.
   */
  readonly documentedErrors?: Partial<Record<ErrorCode, string | ((error: BillfoldError) => string)>>
  readonly resolveCaller: (api: EndpointContext, request: RawRequest, caller: EndpointCaller) => Promise<C>
  readonly handle: (fields: EndpointFields<K>, caller: C, context: RequestContext) => Promise<EndpointResult>
}

/** A request before its fields are decrypted. */
export interface RawRequest {
  readonly values: Readonly<Record<string, unknown>>
  readonly context: RequestContext
  readonly encryption: FieldEncryption | undefined
}

/** Caller of an endpoint without API key: public, or already authenticated by the service guard. */
export const noApiKey = (
  _api: EndpointContext,
  _request: RawRequest,
  caller: EndpointCaller,
): Promise<EndpointCaller> => Promise.resolve(caller)

/** A caller with an API key. */
export interface ApiKeyCaller extends EndpointCaller {
  readonly key: PaymentApiKeyRow
  readonly userId: string
  /** Preconditions for the operations of this caller: the key may be revoked while they wait. */
  readonly preconditions: readonly Precondition[]
}

/**
 * Authenticates the caller by API key.
 * @throws BillfoldError `caller.unauthenticated`; `field.encryption-required` if the key is valid for encrypted
 *   requests only
 */
export async function authenticateByApiKey(
  api: EndpointContext,
  request: RawRequest,
  caller: EndpointCaller,
): Promise<ApiKeyCaller> {
  const { tenant } = caller.actor
  const key = await authenticateApiKey(
    api.services,
    tenant,
    await decryptApiKey(parsePresentedApiKey(request.context, request.values), request.encryption),
  )
  if (key.encryptionRequired && !caller.encrypts) throw new BillfoldError('field.encryption-required')
  return {
    ...caller,
    key,
    userId: key.userId,
    preconditions: apiKeyStillValid(key),
    actor: { ...caller.actor, id: key.userId },
  }
}

/** The API document encrypts the key for one endpoint. Callers that use field encryption may do so everywhere. */
async function decryptApiKey(text: string, encryption: FieldEncryption | undefined): Promise<string> {
  if (encryption === undefined || text.length === apiKeyLength) return text
  try {
    return await encryption.cipher.decrypt(encryption.tenant, encryption.callerKey, text)
  } catch (error) {
    if (isBillfoldError(error, 'field.decryption-failed'))
      throw new BillfoldError('caller.unauthenticated', { cause: error })
    throw error
  }
}

const bodyLimit = 64 * 1024
const fieldValues = z.record(z.string(), z.unknown())
const header = z.object({ publickey: z.string().min(1).max(256).optional() })

/** The routes of an endpoint: POST under each path, and GET if `allowGet` is set. */
export function endpointRoutes<K extends string, C>(
  api: EndpointContext,
  definition: EndpointDefinition<K, C>,
): readonly Route[] {
  const {
    id,
    summary,
    guard,
    limits = [],
    paths,
    allowGet = false,
    idempotency = allowGet ? 'none' : 'key',
  } = definition
  const replies = {
    200: {
      description: 'Success (response_code 0), or a documented failure (response_code 1)',
      schema: paymentsResponse,
    },
  }
  const fullPaths = paths.map((path) => (path.startsWith('/') ? path : `/api/v1/lokdon/${path}`))
  const schema = fieldsSchema(definition.fields)
  const documentedErrors = toDocumentedErrors(definition.documentedErrors)
  const common = { summary, guard, limits, headers: header, replies, documentedErrors }
  const posts = fullPaths.map((path, index) =>
    route({
      ...common,
      id: index === 0 ? id : `${id}${index + 1}`,
      method: 'POST',
      path,
      body: { encoding: 'json', schema, limit: bodyLimit, optional: true },
      idempotency,
      codec: fieldsCodec(api, definition, 'body'),
      callerFromBody:
        guard === api.apiKeyAuth ? (body, context) => findCallerInBody(api, definition, body, context) : undefined,
      handler: ({ body }, context, state) => handleRequest(api, definition, body, state, context),
    }),
  )
  if (!allowGet) return posts
  const gets = fullPaths.map((path, index) =>
    route({
      ...common,
      id: `${id}ByGet${index === 0 ? '' : index + 1}`,
      method: 'GET',
      path,
      query: schema,
      codec: fieldsCodec(api, definition, 'query'),
      handler: ({ query }, context, state) => handleRequest(api, definition, query, state, context),
    }),
  )
  return [...posts, ...gets]
}

/** A request as transmitted, and its field encryption. */
interface FieldsState {
  readonly values: Readonly<Record<string, unknown>>
  readonly encryption: FieldEncryption | undefined
}

/** Decrypts the fields of a request, and encrypts those of its reply. */
function fieldsCodec<K extends string, C>(
  api: EndpointContext,
  definition: EndpointDefinition<K, C>,
  part: 'body' | 'query',
): BodyCodec<FieldsState, EndpointResult> {
  const { fields, guard, encryptedReplyFields = [] } = definition
  const transmitted = part === 'body' && guard === api.apiKeyAuth ? { ...fields, ...apiKeyFields } : fields
  return {
    part,
    transmittedSchema: () => transmittedFieldsSchema(transmitted),
    decode: async (body, { caller, headers }) => {
      const values = fieldValues.parse(body)
      const encryption = resolveEncryption(api, definition, caller.tenant, header.parse(headers).publickey)
      return { value: await decryptFields(fields, values, encryption), state: { values, encryption } }
    },
    encode: async ({ message, data }, { encryption }) => {
      const encoded = encryption === undefined ? data : await encryptReplyFields(data, encryptedReplyFields, encryption)
      return successReply({ message, data: encoded }, api.dataFormat)
    },
  }
}

/** Builds the replies to the documented errors of an endpoint. */
function toDocumentedErrors(messages: EndpointDefinition<string, unknown>['documentedErrors'] = {}): DocumentedErrors {
  const toReply = (message: string | ((error: BillfoldError) => string)) => (error: BillfoldError) =>
    documentedFailure(
      typeof message === 'string' ? message : message(error),
      error.code === 'payment.receiver-not-registered' ? 'data' : '',
    )
  return Object.fromEntries(Object.entries(messages).map(([code, message]) => [code, toReply(message)]))
}

/**
 * Returns the user of the API key in a body; undefined if the key is missing or invalid, which the endpoint reports
 * itself.
 */
async function findCallerInBody<K extends string, C>(
  api: EndpointContext,
  definition: EndpointDefinition<K, C>,
  body: unknown,
  context: RequestContext,
): Promise<Caller | undefined> {
  const [values, headers] = [fieldValues.safeParse(body), header.safeParse(context.headers)]
  if (!values.success || !headers.success) return undefined
  const { tenant, id } = context.caller
  try {
    const encryption = resolveEncryption(api, definition, tenant, headers.data.publickey)
    const request = { values: values.data, context, encryption }
    const { userId } = await authenticateByApiKey(api, request, {
      actor: { tenant, id },
      encrypts: encryption !== undefined,
    })
    return { kind: 'user', tenant, id: userId, scopes: new Set() }
  } catch (error) {
    if (isBillfoldError(error) && error.status < 500) return undefined
    throw error
  }
}

async function handleRequest<K extends string, C>(
  api: EndpointContext,
  definition: EndpointDefinition<K, C>,
  fields: EndpointFields<K>,
  { values, encryption }: FieldsState,
  context: RequestContext,
): Promise<EndpointResult> {
  const { tenant, id } = context.caller
  const actor = { tenant, id, source: toSourceAddress(context.ip) }
  const encrypts = encryption !== undefined
  const caller = await definition.resolveCaller(api, { values, context, encryption }, { actor, encrypts })
  return definition.handle(fields, caller, context)
}

function resolveEncryption<K extends string, C>(
  { cipher, requireEncryption }: EndpointContext,
  { fields }: EndpointDefinition<K, C>,
  tenant: string,
  callerKey: string | undefined,
): FieldEncryption | undefined {
  if (callerKey !== undefined) {
    return { cipher, tenant, callerKey }
  }
  const rules: readonly FieldRule[] = Object.values(fields)
  if (requireEncryption && rules.some(({ encrypted }) => encrypted))
    throw new BillfoldError('field.encryption-required')
  return undefined
}

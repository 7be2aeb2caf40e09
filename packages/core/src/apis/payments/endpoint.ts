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

/** What the endpoints of this API share. */
export interface PaymentsApi extends Payments {
  readonly cipher: FieldCipher
  readonly requireEncryption: boolean
  readonly dataForm: DataForm
  /** Lets anybody in, for register, login and the routes whose key can be in the body. */
  readonly open: Guard
  readonly byKey: Guard
  /** Service keys with the scope `payments:gateway`, and those with `payments:subscriptions`. */
  readonly gateway: Guard
  readonly subscriptions: Guard
  /** By source address: of register, and of login. */
  readonly registrations: Omit<RateLimit, 'by'>
  readonly logins: Omit<RateLimit, 'by'>
}

/** Who calls an endpoint: somebody with an api key, where it needs one. */
export interface EndpointCaller {
  readonly actor: Actor
  /** Whether the caller encrypts. */
  readonly encrypts: boolean
}

/** An endpoint, as its document describes it. */
export interface Endpoint<K extends string, C> {
  readonly id: string
  /** Below `/api/v1/lokdon/` unless it begins with a slash; further ones are other names of the same. */
  readonly paths: readonly [string, ...string[]]
  readonly summary: string
  /** Whether GET does the same, with the key in the header. */
  readonly get?: boolean
  readonly guard: Guard
  /** `none` where GET does the same; else `key`, unless said otherwise. */
  readonly idempotency?: Idempotency
  readonly limits?: readonly RateLimit[]
  readonly fields: Readonly<Record<K, FieldRule>>
  /** The fields of the reply's data that are encrypted for callers who encrypt. */
  readonly seals?: readonly string[]
  /** What the document says to these errors, with HTTP 200 and the code 1; all others have their own status. */
  readonly says?: Partial<Record<ErrorCode, string | ((error: BillfoldError) => string)>>
  readonly caller: (api: PaymentsApi, came: Came, caller: EndpointCaller) => Promise<C>
  readonly handle: (fields: Fields<K>, caller: C, context: RequestContext) => Promise<Answer>
}

/** What came, before it is opened. */
export interface Came {
  readonly values: Readonly<Record<string, unknown>>
  readonly context: RequestContext
  readonly encryption: Encryption | undefined
}

/** The caller of endpoints that need no key, or a service key: its guard has let it in. */
export const anyCaller = (_api: PaymentsApi, _came: Came, caller: EndpointCaller): Promise<EndpointCaller> =>
  Promise.resolve(caller)

/** A caller with an api key. */
export interface KeyCaller extends EndpointCaller {
  readonly key: ApiKeyRow
  readonly userId: string
  /** Holds an act of theirs to the key: it may be ended while the act waits. */
  readonly held: readonly Held[]
}

/**
 * The caller of endpoints that need an api key.
 * @throws BillfoldError `caller.unauthenticated`; `field.encryption-required` for a key that was given to who encrypts
 */
export async function keyCaller(api: PaymentsApi, came: Came, caller: EndpointCaller): Promise<KeyCaller> {
  const { tenant } = caller.actor
  const key = await findApiKey(
    api.services,
    tenant,
    await openedKey(apiKeyIn(came.context, came.values), came.encryption),
  )
  if (key.encrypted && !caller.encrypts) throw new BillfoldError('field.encryption-required')
  return { ...caller, key, userId: key.userId, held: stillCaller(key), actor: { ...caller.actor, id: key.userId } }
}

/** One endpoint of the document encrypts the key itself; whoever encrypts may do so everywhere. */
async function openedKey(text: string, encryption: Encryption | undefined): Promise<string> {
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

/** The routes of an endpoint: POST under each of its paths, and GET where nothing changes. */
export function endpoint<K extends string, C>(api: PaymentsApi, definition: Endpoint<K, C>): readonly Route[] {
  const { id, summary, guard, limits = [], paths, get = false, idempotency = get ? 'none' : 'key' } = definition
  const replies = { 200: { description: 'Done, or not done for a reason that is named', schema: envelope } }
  const schema = fieldsSchema({ ...definition.fields, ...(guard === api.byKey ? keyFields : {}) })
  const full = paths.map((path) => (path.startsWith('/') ? path : `/api/v1/lokdon/${path}`))
  const common = { summary, guard, limits, headers: header, replies }
  const posts = full.map((path, index) =>
    route({
      ...common,
      id: index === 0 ? id : `${id}${index + 1}`,
      method: 'POST',
      path,
      body: { encoding: 'json', schema, limit: bodyLimit, optional: true },
      idempotency,
      openBody: (body, context) => openedFields(api, definition, body, context),
      callerInBody: guard === api.byKey ? (body, context) => keyOwner(api, definition, body, context) : undefined,
      handler: ({ body, headers }, context) => answer(api, definition, body, headers.publickey, context),
    }),
  )
  if (!get) return posts
  const querySchema = fieldsSchema(definition.fields)
  const gets = full.map((path, index) =>
    route({
      ...common,
      id: `${id}ByGet${index === 0 ? '' : index + 1}`,
      method: 'GET',
      path,
      query: querySchema,
      handler: ({ query, headers }, context) => answer(api, definition, query, headers.publickey, context),
    }),
  )
  return [...posts, ...gets]
}

/** The fields that came, as they were before they were encrypted: without the api key, which only says who calls. */
async function openedFields<K extends string, C>(
  api: PaymentsApi,
  definition: Endpoint<K, C>,
  body: unknown,
  { caller, headers }: RequestContext,
): Promise<unknown> {
  const values = fieldValues.parse(body)
  const encryption = encryptionOf(api, definition, caller.tenant, header.parse(headers).publickey)
  return openFields(definition.fields, values, encryption)
}

/** The user whose api key came; nothing where it is none, which the endpoint says itself. */
async function keyOwner<K extends string, C>(
  api: PaymentsApi,
  definition: Endpoint<K, C>,
  body: unknown,
  context: RequestContext,
): Promise<Caller | undefined> {
  const [values, headers] = [fieldValues.safeParse(body), header.safeParse(context.headers)]
  if (!values.success || !headers.success) return undefined
  const { tenant, id } = context.caller
  try {
    const encryption = encryptionOf(api, definition, tenant, headers.data.publickey)
    const came = { values: values.data, context, encryption }
    const { userId } = await keyCaller(api, came, { actor: { tenant, id }, encrypts: encryption !== undefined })
    return { kind: 'user', tenant, id: userId, scopes: new Set() }
  } catch (error) {
    if (isBillfoldError(error) && error.status < 500) return undefined
    throw error
  }
}

async function answer<K extends string, C>(
  api: PaymentsApi,
  definition: Endpoint<K, C>,
  values: Readonly<Record<string, unknown>>,
  publicKey: string | undefined,
  context: RequestContext,
): Promise<Reply> {
  const { tenant, id } = context.caller
  const encryption = encryptionOf(api, definition, tenant, publicKey)
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
    const said = await definition.handle(fields, caller, context)
    const { seals = [] } = definition
    const data = encryption === undefined ? said.data : await sealFields(said.data, seals, encryption)
    return done({ message: said.message, data }, api.dataForm)
  } catch (error) {
    const documented = isBillfoldError(error) ? definition.says?.[error.code] : undefined
    if (documented === undefined || !isBillfoldError(error)) throw error
    const message = typeof documented === 'string' ? documented : documented(error)
    return refused(message, error.code === 'payment.external' ? 'data' : '')
  }
}

function encryptionOf<K extends string, C>(
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

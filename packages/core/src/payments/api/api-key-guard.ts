import { z } from 'zod'
import type { BodyGuard, Caller, Guard, IncomingRequest, RequestContext } from '../../http/index.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { apiKeyLength, authenticateApiKey, type PaymentApiKeyRow } from '../credentials/api-keys.ts'
import type { FieldCipher } from '../field-cipher.ts'
import { type Precondition, apiKeyStillValid } from '../preconditions.ts'
import { callerKeyIn } from './caller-key-header.ts'

/** A user, authenticated by API key. */
export interface ApiKeyCaller extends Caller {
  readonly key: PaymentApiKeyRow
  /** Preconditions for the operations of this caller: the key may be revoked while they wait. */
  readonly preconditions: readonly Precondition[]
}

/** Dependencies of the guards. */
export interface GuardDependencies {
  readonly services: Services
  readonly tenant: string
  readonly cipher: FieldCipher
}

/** Names of the API key in a body. */
const bodyFields = ['apikey', 'api_key', 'my_api_key'] as const

const keyField = z.string().max(1024).nullable().optional()
const bodySchema = z.object({ apikey: keyField, api_key: keyField, my_api_key: keyField })

const scheme = {
  type: 'apiKey',
  in: 'header',
  name: 'Authorization',
  description:
    'The API key returned by login, with or without `Bearer`. POST routes also accept it as `apikey`, `api_key` or `my_api_key` in the body',
} as const

/** Creates the guard of routes that accept the API key in the `Authorization` header only. */
export function apiKeyHeaderGuard(dependencies: GuardDependencies): Guard {
  return {
    name: 'API key in the header',
    security: [{ apiKey: [] }],
    schemes: { apiKey: scheme },
    admit: async (request) => {
      const presented = keyInHeader(request)
      if (presented === undefined) throw new BillfoldError('caller.unauthenticated')
      return authenticate(dependencies, request, presented)
    },
  }
}

/**
 * Creates the guard of routes that accept the API key in the `Authorization` header or in the body. A request that presents
 * different keys is rejected.
 */
export function apiKeyGuard(dependencies: GuardDependencies): BodyGuard {
  return {
    name: 'API key in the header or the body',
    security: [{ apiKey: [] }],
    schemes: { apiKey: scheme },
    bodySchema,
    admit: async (request) => {
      const presented = keyInHeader(request)
      return presented === undefined ? undefined : authenticate(dependencies, request, presented)
    },
    admitBody: async (request, body, admitted) => {
      const presented = onlyKeyIn(request, body)
      return admitted ?? authenticate(dependencies, request, presented)
    },
  }
}

/**
 * Authenticates the user of a request whose body is read.
 * @param alongside is called when the key is about to be read, and returns a function that is called with the id of its user
 *   while the user is read: reads that they start share the round trips
 * @throws BillfoldError `caller.unauthenticated`; `field.encryption-required` if the key is valid for encrypted requests only
 */
export function authenticateRequest(
  dependencies: GuardDependencies,
  request: IncomingRequest,
  body: unknown,
  alongside: () => (userId: string) => void,
): Promise<ApiKeyCaller> {
  return authenticate(dependencies, request, onlyKeyIn(request, body), alongside)
}

/** Returns the caller of a route with one of these guards. */
export function requireApiKeyCaller({ caller }: RequestContext): ApiKeyCaller {
  if (!isApiKeyCaller(caller))
    throw new BillfoldError('unexpected', { message: 'The route is not guarded by an API key' })
  return caller
}

/**
 * Returns the API key that a request to a public route presents in the `Authorization` header; undefined if there is none or it
 * cannot be decrypted. It is not authenticated.
 */
export async function presentedApiKey(
  { cipher }: Pick<GuardDependencies, 'cipher'>,
  { headers, caller }: Pick<RequestContext, 'headers' | 'caller'>,
): Promise<string | undefined> {
  const presented = keyInHeader({ headers })
  if (presented === undefined) return undefined
  try {
    return await decryptApiKey(cipher, caller.tenant, presented, callerKeyIn(headers))
  } catch (error) {
    if (isBillfoldError(error, 'caller.unauthenticated')) return undefined
    throw error
  }
}

/** Returns true for a user that one of these guards has admitted. */
export function isApiKeyCaller(caller: Caller): caller is ApiKeyCaller {
  return 'key' in caller && 'preconditions' in caller
}

function keyInHeader({ headers }: Pick<IncomingRequest, 'headers'>): string | undefined {
  const { authorization } = headers
  return typeof authorization === 'string' ? /^(?:bearer +)?(\S{1,256})$/i.exec(authorization)?.[1] : undefined
}

/** Returns the one key that header and body present. @throws BillfoldError `caller.unauthenticated` without one, or with several */
function onlyKeyIn(request: IncomingRequest, body: unknown): string {
  const inHeader = keyInHeader(request)
  const [presented, ...others] = new Set([...(inHeader === undefined ? [] : [inHeader]), ...keysInBody(body)])
  if (presented === undefined || others.length > 0) throw new BillfoldError('caller.unauthenticated')
  return presented
}

function keysInBody(body: unknown): readonly string[] {
  const fields = bodySchema.safeParse(body)
  if (!fields.success) return []
  const { data: values } = fields
  return bodyFields.map((name) => values[name]).filter(isPresent)
}

function isPresent(value: string | null | undefined): value is string {
  return typeof value === 'string' && value !== ''
}

/**
 * Authenticates the user of a presented API key.
 * @throws BillfoldError `caller.unauthenticated`; `field.encryption-required` if the key is valid for encrypted requests only
 */
async function authenticate(
  { services, tenant, cipher }: GuardDependencies,
  request: IncomingRequest,
  presented: string,
  alongside: () => (userId: string) => void = () => () => {},
): Promise<ApiKeyCaller> {
  const callerKey = callerKeyIn(request.headers)
  const apiKey = await decryptApiKey(cipher, tenant, presented, callerKey)
  const key = await authenticateApiKey(services, tenant, apiKey, alongside())
  if (key.encryptionRequired && callerKey === undefined) throw new BillfoldError('field.encryption-required')
  return {
    kind: 'user',
    tenant,
    id: key.userId,
    credentialId: key.id,
    scopes: new Set(),
    key,
    preconditions: apiKeyStillValid(key),
  }
}

/** The API document encrypts the key for one endpoint. Callers that use field encryption may do so everywhere. */
async function decryptApiKey(
  cipher: FieldCipher,
  tenant: string,
  text: string,
  callerKey: string | undefined,
): Promise<string> {
  if (callerKey === undefined || text.length === apiKeyLength) return text
  try {
    return await cipher.decrypt(tenant, callerKey, text)
  } catch (error) {
    if (isBillfoldError(error, 'field.decryption-failed'))
      throw new BillfoldError('caller.unauthenticated', { cause: error })
    throw error
  }
}

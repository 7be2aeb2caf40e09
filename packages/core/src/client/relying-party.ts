import { AuthenticationClientError } from './client-error.ts'
import type { ClientCall, Connection } from './connection.ts'
import { type JsonObject, getJsonObject, getJsonObjects, getString } from './json-object.ts'

/** An enrolment lookup by DID, public key, or both of one user. */
export interface EnrolmentLookup {
  readonly did?: string
  readonly publicKey?: string
}

/**
 * Returns those users of a list that are enrolled. `createdTS` is in seconds since 1970.
 *
 * @param list at most 1,000 lookups
 * @throws AuthenticationClientError if the server rejects the call
 */
export async function checkEnrollment(
  connection: Connection,
  list: readonly EnrolmentLookup[],
): Promise<readonly (EnrolmentLookup & { readonly createdTS: number })[]> {
  const body = await connection.call('POST', '/check_enrollment', { data: { list } })
  return getJsonObjects(getJsonObject(body, 'data'), 'list').map(({ did, publicKey, createdTS }) => ({
    ...(typeof did === 'string' && { did }),
    ...(typeof publicKey === 'string' && { publicKey }),
    createdTS: Number(createdTS),
  }))
}

/** A session requested by a relying party. */
export interface SessionRequest {
  readonly origin: string
  readonly scopes: string
  readonly authtype: string
  readonly metadata?: JsonObject
  readonly dvcID?: string
  readonly purpose?: string
}

/**
 * Creates a session. Pass its `url` to {@link loginUrl} to get the page that the user must open.
 *
 * @throws AuthenticationClientError if the server rejects the call
 */
export async function requestSession(
  connection: Connection,
  session: SessionRequest & JsonObject,
  call: Pick<ClientCall, 'requestId' | 'signal'> = {},
): Promise<{ readonly sessionId: string; readonly url: string }> {
  const body = await connection.call('PUT', '/sessions/session/new', { ...call, data: session })
  const created = typeof Reflect.get(Object(body), 'data') === 'object' ? getJsonObject(body, 'data') : body
  return { sessionId: getString(created, 'sessionId'), url: getString(created, 'url') }
}

/** Returns the URL that the user's browser must open for a session. */
export function loginUrl(connection: Pick<Connection, 'url'>, sessionUrl: string): string {
  return `${connection.url}/v2/authenticate?session=${encodeURIComponent(btoa(sessionUrl))}`
}

/**
 * Returns the response of a session, or undefined while it is pending.
 *
 * @throws AuthenticationClientError with status 400 if the session ended without success
 */
export async function getSessionResponse(connection: Connection, sessionId: string): Promise<JsonObject | undefined> {
  try {
    const path = `/sessions/session/${encodeURIComponent(sessionId)}/response`
    return getJsonObject(await connection.call('GET', path), 'data')
  } catch (error) {
    if (error instanceof AuthenticationClientError && error.status === 404) return undefined
    throw error
  }
}

/**
 * Identifies the user on a selfie (1:N face recognition). Returns the face key, or undefined unless exactly one user matches.
 *
 * @throws AuthenticationClientError if the server rejects the call
 */
export async function identifySelfie(
  connection: Connection,
  input: {
    readonly selfie: string
    readonly dvcId: string
    readonly communityId: string
    readonly tenantId: string
    readonly dns?: string
  },
): Promise<string | undefined> {
  try {
    const body = await connection.call('POST', '/identify_selfie', { data: input })
    return getString(getJsonObject(body, 'data'), 'faceKey')
  } catch (error) {
    if (error instanceof AuthenticationClientError && error.status === 404) return undefined
    throw error
  }
}

/** A service key of the tenant. */
export interface TenantServiceKey {
  readonly tag: string
  readonly keyId: string
  readonly keySecret: string
  readonly type: string
  readonly debug: boolean
}

/** Returns the service keys of the tenant. The licence must have level `system`. @throws AuthenticationClientError */
export async function listTenantServiceKeys(connection: Connection): Promise<readonly TenantServiceKey[]> {
  return parseServiceKeys(await connection.call('GET', '/servicekeys'))
}

/** Replaces a service key with a new one. The licence must have level `system`. @throws AuthenticationClientError */
export async function replaceTenantServiceKey(
  connection: Connection,
  keyId: string,
  call: Pick<ClientCall, 'requestId'> = {},
): Promise<readonly TenantServiceKey[]> {
  return parseServiceKeys(await connection.call('DELETE', `/servicekey/${encodeURIComponent(keyId)}`, call))
}

/** Parses a list of service keys: in `data`, or a plain array if the host is configured so. */
function parseServiceKeys(body: unknown): readonly TenantServiceKey[] {
  return getJsonObjects(Array.isArray(body) ? { data: body } : body, 'data').map((key) => ({
    tag: getString(key, 'tag'),
    keyId: getString(key, 'keyId'),
    keySecret: getString(key, 'keySecret'),
    type: getString(key, 'type'),
    debug: key['debug'] === true,
  }))
}

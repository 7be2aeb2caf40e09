import { AuthenticationClientError } from './client-error.ts'
import type { Call, Connection } from './connection.ts'
import { type Fields, fieldsIn, listIn, textIn } from './fields.ts'

/** What an enrolment is asked by: a DID, a public key, or both of one user. */
export interface EnrolmentAsked {
  readonly did?: string
  readonly publicKey?: string
}

/** Which of these, at most 1,000, are enrolled. `createdTS` is in seconds since 1970. */
export async function checkEnrollment(
  connection: Connection,
  list: readonly EnrolmentAsked[],
): Promise<readonly (EnrolmentAsked & { readonly createdTS: number })[]> {
  const body = await connection.call('POST', '/check_enrollment', { data: { list } })
  return listIn(fieldsIn(body, 'data'), 'list').map(({ did, publicKey, createdTS }) => ({
    ...(typeof did === 'string' && { did }),
    ...(typeof publicKey === 'string' && { publicKey }),
    createdTS: Number(createdTS),
  }))
}

/** What a relying party says about a new session. */
export interface NewSession {
  readonly origin: string
  readonly scopes: string
  readonly authtype: string
  readonly metadata?: Fields
  readonly dvcID?: string
  readonly purpose?: string
}

/** Makes a session. Its `url`, in base64, is what `GET /v2/authenticate?session=` takes: see {@link loginUrl}. */
export async function newSession(
  connection: Connection,
  session: NewSession & Fields,
  call: Pick<Call, 'requestId' | 'signal'> = {},
): Promise<{ readonly sessionId: string; readonly url: string }> {
  const body = await connection.call('PUT', '/sessions/session/new', { ...call, data: session })
  const told = typeof Reflect.get(Object(body), 'data') === 'object' ? fieldsIn(body, 'data') : body
  return { sessionId: textIn(told, 'sessionId'), url: textIn(told, 'url') }
}

/** Where to send the user's browser for a session. */
export function loginUrl(connection: Pick<Connection, 'url'>, sessionUrl: string): string {
  return `${connection.url}/v2/authenticate?session=${encodeURIComponent(btoa(sessionUrl))}`
}

/** What became of a session: undefined while it is under way. @throws AuthenticationClientError 400 where it ended without success */
export async function sessionResponse(connection: Connection, sessionId: string): Promise<Fields | undefined> {
  try {
    const path = `/sessions/session/${encodeURIComponent(sessionId)}/response`
    return fieldsIn(await connection.call('GET', path), 'data')
  } catch (error) {
    if (error instanceof AuthenticationClientError && error.status === 404) return undefined
    throw error
  }
}

/** The face key of whoever is on a selfie (base64), or undefined where nobody, or more than one, matches. */
export async function identifySelfie(
  connection: Connection,
  asked: {
    readonly selfie: string
    readonly dvcId: string
    readonly communityId: string
    readonly tenantId: string
    readonly dns?: string
  },
): Promise<string | undefined> {
  try {
    const body = await connection.call('POST', '/identify_selfie', { data: asked })
    return textIn(fieldsIn(body, 'data'), 'faceKey')
  } catch (error) {
    if (error instanceof AuthenticationClientError && error.status === 404) return undefined
    throw error
  }
}

/** A service key. */
export interface ListedServiceKey {
  readonly tag: string
  readonly keyId: string
  readonly keySecret: string
  readonly type: string
  readonly debug: boolean
}

/** The service keys of the tenant. The licence must be of level `system`. */
export async function serviceKeys(connection: Connection): Promise<readonly ListedServiceKey[]> {
  return listed(await connection.call('GET', '/servicekeys'))
}

/** Replaces a service key by a new one. The licence must be of level `system`. */
export async function resetServiceKey(
  connection: Connection,
  keyId: string,
  call: Pick<Call, 'requestId'> = {},
): Promise<readonly ListedServiceKey[]> {
  return listed(await connection.call('DELETE', `/servicekey/${encodeURIComponent(keyId)}`, call))
}

/** Encrypted in `data`, or the plain array where the host has chosen that. */
function listed(body: unknown): readonly ListedServiceKey[] {
  return listIn(Array.isArray(body) ? { data: body } : body, 'data').map((key) => ({
    tag: textIn(key, 'tag'),
    keyId: textIn(key, 'keyId'),
    keySecret: textIn(key, 'keySecret'),
    type: textIn(key, 'type'),
    debug: key['debug'] === true,
  }))
}

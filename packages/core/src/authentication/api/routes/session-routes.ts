import { z } from 'zod'
import { BillfoldError } from '../../../kernel/errors.ts'
import { type Route, route } from '../../../http/index.ts'
import { isCancelled } from '../../sessions/cancel-session.ts'
import { prepareSession, toCreateSessionError } from '../../sessions/create-session.ts'
import { getSessionClaims } from '../../sessions/session-claims.ts'
import { parseDvcId, privateInfoSchema } from '../../sessions/foreign-sessions/foreign-session.ts'
import { getActiveSession, openSessionDetails, type SessionRow } from '../../sessions/session.ts'
import { getSessionStatus, toApiStatus } from '../../sessions/session-status.ts'
import { findControlledDid } from '../../../identity/users/did-control.ts'
import { getVerificationConfiguration } from '../../../identity/biometrics/verification-configurations.ts'
import { encryptedReplySchema } from '../secure-channel/encrypt-reply.ts'
import { type AuthenticationCaller, requireChannel } from '../callers/authentication-caller.ts'
import { resolveCommunity } from '../callers/communities.ts'
import { resolveBaseUrl, type SessionRoutesContext } from '../context.ts'
import { smallJsonObject } from '../../../identity/api/face-body.ts'
import { scopeListSchema } from './scope-list.ts'
import { secureChannelCodec } from '../secure-channel/secure-channel-codec.ts'
import { commitWithReply, withReplayProtection } from '../secure-channel/replay-protection.ts'

const params = z.object({ id: z.string().min(1).max(36) })
const sessionErrors = {
  404: { description: 'The session does not exist' },
  410: { description: 'The session has expired' },
} as const

const newSessionBody = z.object({
  origin: z.union([z.string().max(2048), smallJsonObject]).optional(),
  scopes: scopeListSchema.optional(),
  authtype: z.string().max(128).optional(),
  metadata: smallJsonObject.optional(),
  dvcID: z.string().min(1).max(128).optional(),
  privateInfo: privateInfoSchema.optional().describe('An object, or its JSON, with a `dvcID`'),
  purpose: z.enum(['authenticate', 'enroll']).optional(),
  communityId: z.string().min(1).max(128).optional(),
  userId: z.string().min(1).max(36).optional().describe('The user to authenticate'),
  did: z.string().min(1).max(512).optional().describe('The user to authenticate, by a verified DID'),
})
const createdFields = { sessionId: z.string(), url: z.string() }

/** The routes for relying parties: create a session, read it, and get its result. */
export function sessionRoutes(api: SessionRoutesContext): readonly Route[] {
  return [newSessionRoute(api), getSessionRoute(api), responseRoute(api), resultRoute(api)]
}

function newSessionRoute(api: SessionRoutesContext): Route {
  const { authentication, sessionContext } = api
  return route({
    id: 'createSession',
    method: 'PUT',
    path: '/sessions/session/new',
    summary: 'Create a session',
    guard: authentication.guards.licence('authentication:sessions'),
    body: { encoding: 'json', schema: newSessionBody, limit: 128 * 1024 },
    idempotency: 'key',
    codec: secureChannelCodec(authentication, { plaintext: 'accepted', replies: 'match-request' }),
    replies: {
      201: {
        description: 'The id and the URL of the session',
        schema: encryptedReplySchema(z.object(createdFields), createdFields),
      },
    },
    handler: ({ body }, context, request) =>
      withReplayProtection(authentication, request, ['createSession'], async (claim) => {
        const { caller, actor } = request
        const { dvcID, privateInfo, communityId, did, userId, ...input } = body
        const community = resolveCommunity(authentication, caller, { communityId }).id
        const { services } = sessionContext
        const configuration = dvcID ?? parseDvcId({ privateInfo })
        // Fails here rather than when somebody opens the link.
        if (configuration !== undefined)
          await getVerificationConfiguration(services, caller.tenant, community, configuration)
        const { session, writes } = await prepareSession(services, actor, {
          ...input,
          community,
          configuration,
          userId: userId ?? (await findUserByDid(api, caller, did)),
          creatorKey: caller.channel?.publicKey,
        })
        const url = `${resolveBaseUrl(api, context.mount)}/sessions/session/${session.id}`
        const fields = { sessionId: session.id, url }
        const reply = { status: 201, plainFields: fields, data: fields, plainBody: fields }
        return commitWithReply(services, claim, writes, reply).catch((cause: unknown) => {
          throw toCreateSessionError(cause, session)
        })
      }),
  })
}

/** Finds a user by a DID that is verified and still controlled by the user. Any other DID identifies no user. @throws BillfoldError `user.not-found` */
async function findUserByDid(
  { sessionContext }: SessionRoutesContext,
  { tenant }: AuthenticationCaller,
  did: string | undefined,
): Promise<string | undefined> {
  if (did === undefined) return undefined
  const row = await findControlledDid(sessionContext.services, sessionContext.controlsDid, tenant, did)
  if (row === undefined) throw new BillfoldError('user.not-found')
  return row.userId
}

const sessionBody = z
  .object({
    sessionId: z.string(),
    origin: z.union([z.string(), z.record(z.string(), z.unknown())]),
    publicKey: z.string().describe('The public key to encrypt to'),
    createdTS: z.number(),
    expiryTS: z.number(),
    metadata: z.record(z.string(), z.unknown()),
    authtype: z.string().optional(),
    scopes: z.string(),
  })
  .meta({ id: 'Session' })

function getSessionRoute({ authentication, sessionContext }: SessionRoutesContext): Route {
  return route({
    id: 'getSession',
    method: 'GET',
    path: '/sessions/session/:id',
    summary: 'Get a session, without any information about its user',
    guard: authentication.guards.public,
    limits: [{ by: 'ip', limit: 600, windowSeconds: 60 }],
    params,
    replies: { 200: { description: 'The session', schema: sessionBody }, ...sessionErrors },
    handler: async (input, { caller }) => {
      const { services } = sessionContext
      const session = await getActiveSession(services, caller.tenant, input.params.id)
      return { status: 200, body: await toSessionBody({ authentication, sessionContext }, session) }
    },
  })
}

async function toSessionBody(
  { authentication, sessionContext }: Pick<SessionRoutesContext, 'authentication' | 'sessionContext'>,
  session: SessionRow,
): Promise<z.output<typeof sessionBody>> {
  const { origin = {}, metadata = {}, authtype } = await openSessionDetails(sessionContext.services, session)
  const { publicKey } = await authentication.channels(session.tenant)
  const { id: sessionId, scopes } = session
  return {
    sessionId,
    origin,
    publicKey,
    createdTS: toEpochSeconds(session.createdAt),
    expiryTS: toEpochSeconds(session.expiresAt),
    metadata,
    scopes,
    ...(authtype !== undefined && { authtype }),
  }
}

function responseRoute({ authentication, sessionContext }: SessionRoutesContext): Route {
  // No `status` beside the data: the vendor's Java helper reads a number by that name.
  const plainFields = { sessionId: z.string(), createdTS: z.number(), sessionInfo: sessionBody.optional() }
  return route({
    id: 'getSessionResponse',
    method: 'GET',
    path: '/sessions/session/:id/response',
    summary: 'Get the claims requested by the scopes of a completed session, with the key that created it',
    guard: authentication.guards.client(),
    params,
    headers: z.object({ addsessioninfo: z.string().max(8).optional() }),
    codec: secureChannelCodec(authentication, { replies: 'always' }),
    replies: {
      200: {
        description: 'Encrypted to the key that created the session',
        schema: encryptedReplySchema(z.looseObject({}), plainFields),
      },
      400: { description: 'The session failed' },
      404: { description: 'The session does not exist for this key, or is pending' },
      410: { description: 'The session has expired' },
    },
    handler: async (input, _, { caller }) => {
      const { services } = sessionContext
      const session = await getActiveSession(services, caller.tenant, input.params.id)
      if (!isSameKey(session.creatorKey, requireChannel(caller).callerKey)) throw new BillfoldError('session.not-found')
      const status = toApiStatus(session)
      if (status === 'pending') throw new BillfoldError('session.pending')
      if (status === 'failure') throw new BillfoldError(isCancelled(session) ? 'session.cancelled' : 'session.failed')
      const data = { sessionId: session.id, ...(await getSessionClaims(sessionContext, session)) }
      const wantsInfo = !['0', 'false', ''].includes(input.headers.addsessioninfo ?? '')
      const info = wantsInfo ? { sessionInfo: await toSessionBody({ authentication, sessionContext }, session) } : {}
      const createdTS = toEpochSeconds(session.createdAt)
      return { plainFields: { sessionId: session.id, createdTS, ...info }, data }
    },
  })
}

const resultBody = {
  status: z.enum(['success', 'failure', 'pending']),
  message: z.string(),
  amr: z
    .array(z.enum(['face', 'pin', 'hwk', 'swk', 'user']))
    .optional()
    .describe('How the user was authenticated (RFC 8176), on success'),
  isTrustedDevice: z.boolean().optional(),
}

function resultRoute({ authentication, sessionContext }: SessionRoutesContext): Route {
  return route({
    id: 'getSessionResult',
    method: 'POST',
    path: '/session_result',
    summary: 'Get the result of a session',
    guard: authentication.guards.client({ requestId: false }),
    limits: [{ by: 'ip', limit: 600, windowSeconds: 60 }],
    query: z.object({ session: z.string().min(1).max(36) }),
    body: {
      encoding: 'json',
      schema: z.object({ deviceId: z.string().max(256).optional() }),
      limit: 16 * 1024,
      optional: true,
    },
    idempotency: 'none',
    codec: secureChannelCodec(authentication, { plaintext: 'accepted', replies: 'match-request' }),
    replies: { 200: { description: 'Success, failure or pending', schema: z.object(resultBody) }, ...sessionErrors },
    handler: async ({ query, body }, _, { caller }) => {
      const report = await getSessionStatus(sessionContext.services, caller.tenant, query.session, body.deviceId)
      return { data: report, plainBody: report }
    },
  })
}

/** Compares keys by their X coordinate: keys that differ in Y only are the same caller. */
function isSameKey(creatorKey: string | null, caller: string): boolean {
  return creatorKey !== null && Buffer.from(creatorKey, 'base64').toString('base64url', 0, 32) === caller
}

function toEpochSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}

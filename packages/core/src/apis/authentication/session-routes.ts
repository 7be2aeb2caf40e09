import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { type Route, route } from '../../http/index.ts'
import { createSession } from '../../sessions/new-session.ts'
import { scopedData } from '../../sessions/scoped-data.ts'
import { liveSession, openDetails } from '../../sessions/session.ts'
import { sessionResult, statusOf } from '../../sessions/session-status.ts'
import { findByIdentifier } from '../../users/identifiers.ts'
import { sealedReply } from './answer.ts'
import { type AuthenticationCaller, envelopeOf } from './caller.ts'
import { communityOf } from './communities.ts'
import { baseUrl, type FaceApi } from './authentication.ts'
import { smallObject } from '../face-body.ts'
import { scopeList } from './scope-list.ts'
import { sealedRoute } from './sealed-route.ts'

const params = z.object({ id: z.string().min(1).max(36) })
const sessionErrors = {
  404: { description: 'The session does not exist' },
  410: { description: 'The session has expired' },
} as const

const newSessionBody = z.object({
  origin: z.union([z.string().max(2048), smallObject]).optional(),
  scopes: scopeList.optional(),
  authtype: z.string().max(128).optional(),
  metadata: smallObject.optional(),
  dvcID: z.string().min(1).max(128).optional(),
  purpose: z.enum(['authenticate', 'enroll']).optional(),
  communityId: z.string().min(1).max(128).optional(),
  userId: z.string().min(1).max(36).optional().describe('The user to authenticate'),
  did: z.string().min(1).max(512).optional().describe('The user to authenticate, by a verified DID'),
})
const createdFields = { sessionId: z.string(), url: z.string() }

/** The routes for relying parties: create a session, read it, and get its result. */
export function sessionRoutes(api: FaceApi): readonly Route[] {
  return [newSessionRoute(api), getSessionRoute(api), responseRoute(api), resultRoute(api)]
}

function newSessionRoute(api: FaceApi): Route {
  const { authentication, setup: sessionContext } = api
  return sealedRoute(authentication, {
    id: 'createSession',
    method: 'PUT',
    path: '/sessions/session/new',
    summary: 'Create a session',
    guard: authentication.guards.licence('authentication:sessions'),
    body: { schema: newSessionBody, limit: 128 * 1024, plain: 'accepted' },
    replayProtection: 'single-use',
    encryption: 'match-request',
    replies: {
      201: {
        description: 'The id and the URL of the session',
        schema: sealedReply(z.object(createdFields), createdFields),
      },
    },
    handler: async ({ body }, { caller, actor, context, keeping: replyWrites }) => {
      const { dvcID, communityId, did, userId, ...input } = body
      const community = communityOf(authentication, caller, { communityId }).id
      const session = {
        ...input,
        community,
        configuration: dvcID,
        userId: userId ?? (await findUserByDid(api, caller, did)),
        creatorKey: caller.envelope?.publicKey,
      }
      const buildReply = (sessionId: string) => {
        const fields = { sessionId, url: `${baseUrl(api, context.mount)}/sessions/session/${sessionId}` }
        return { status: 201, beside: fields, data: fields, plain: fields }
      }
      const { id } = await createSession(sessionContext.services, actor, session, (row) =>
        replyWrites(buildReply(row.id)),
      )
      return buildReply(id)
    },
  })
}

/** Finds a user by a verified DID. An unverified DID identifies no user. @throws BillfoldError `user.not-found` */
async function findUserByDid(
  { setup: sessionContext }: FaceApi,
  { tenant }: AuthenticationCaller,
  did: string | undefined,
): Promise<string | undefined> {
  if (did === undefined) return undefined
  const row = await findByIdentifier(sessionContext.services, tenant, { kind: 'did', value: did })
  if (row === undefined || row.verifiedBy === null) throw new BillfoldError('user.unknown')
  return row.userId
}

const sessionBody = z.object({
  sessionId: z.string(),
  origin: z.union([z.string(), z.record(z.string(), z.unknown())]),
  publicKey: z.string().describe('The public key to encrypt to'),
  createdTS: z.number(),
  expiryTS: z.number(),
  metadata: z.record(z.string(), z.unknown()),
  authtype: z.string().optional(),
  scopes: z.string(),
})

function getSessionRoute({ authentication, setup: sessionContext }: FaceApi): Route {
  return route({
    id: 'getSession',
    method: 'GET',
    path: '/sessions/session/:id',
    summary: 'Get a session, without any information about its user',
    guard: authentication.guards.open,
    limits: [{ by: 'ip', most: 600, seconds: 60 }],
    params,
    replies: { 200: { description: 'The session', schema: sessionBody }, ...sessionErrors },
    handler: async (input, { caller }) => {
      const { services } = sessionContext
      const session = await liveSession(services, caller.tenant, input.params.id)
      const { origin = {}, metadata = {}, authtype } = await openDetails(services, session)
      const { publicKey } = await authentication.envelopes(caller.tenant)
      const times = { createdTS: toEpochSeconds(session.createdAt), expiryTS: toEpochSeconds(session.expiresAt) }
      const { id: sessionId, scopes } = session
      const body = {
        sessionId,
        origin,
        publicKey,
        ...times,
        metadata,
        scopes,
        ...(authtype !== undefined && { authtype }),
      }
      return { status: 200, body }
    },
  })
}

function responseRoute({ authentication, setup: sessionContext }: FaceApi): Route {
  const plainFields = { sessionId: z.string(), status: z.string() }
  return sealedRoute(authentication, {
    id: 'getSessionResponse',
    method: 'GET',
    path: '/sessions/session/:id/response',
    summary: 'Get the claims requested by the scopes of a completed session, with the key that created it',
    guard: authentication.guards.client(),
    params,
    replayProtection: 'none',
    encryption: 'always',
    replies: {
      200: {
        description: 'Encrypted to the key that created the session',
        schema: sealedReply(z.looseObject({}), plainFields),
      },
      400: { description: 'The session failed' },
      404: { description: 'The session does not exist for this key, or is pending' },
      410: { description: 'The session has expired' },
    },
    handler: async (input, { caller }) => {
      const { services } = sessionContext
      const session = await liveSession(services, caller.tenant, input.params.id)
      if (!isSameKey(session.creatorKey, envelopeOf(caller).caller)) throw new BillfoldError('session.unknown')
      const status = statusOf(session)
      if (status === 'pending') throw new BillfoldError('session.pending')
      if (status === 'failure') throw new BillfoldError('session.failed')
      const data = { sessionId: session.id, ...(await scopedData(services, session)) }
      return { beside: { sessionId: session.id, status }, data }
    },
  })
}

const resultBody = {
  status: z.enum(['success', 'failure', 'pending']),
  message: z.string(),
  isTrustedDevice: z.boolean().optional(),
}

function resultRoute({ authentication, setup: sessionContext }: FaceApi): Route {
  return sealedRoute(authentication, {
    id: 'getSessionResult',
    method: 'POST',
    path: '/session_result',
    summary: 'Get the result of a session',
    guard: authentication.guards.client({ requestId: false }),
    limits: [{ by: 'ip', most: 600, seconds: 60 }],
    query: z.object({ session: z.string().min(1).max(36) }),
    body: {
      schema: z.object({ deviceId: z.string().max(256).optional() }),
      limit: 16 * 1024,
      plain: 'accepted',
      optional: true,
    },
    replayProtection: 'none',
    encryption: 'match-request',
    replies: { 200: { description: 'Success, failure or pending', schema: z.object(resultBody) }, ...sessionErrors },
    handler: async ({ query, body }, { caller }) => {
      const report = await sessionResult(sessionContext.services, caller.tenant, query.session, body.deviceId)
      return { data: report, plain: report }
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

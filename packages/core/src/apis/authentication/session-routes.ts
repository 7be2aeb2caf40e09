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
import { baseUrl, type FaceApi } from './face-api.ts'
import { smallObject } from '../face-body.ts'
import { scopeList } from './scope-list.ts'
import { sealedRoute } from './sealed-route.ts'

const params = z.object({ id: z.string().min(1).max(36) })
const gone = { 404: { description: 'No such session' }, 410: { description: 'The session has expired' } } as const

const newSessionBody = z.object({
  origin: z.union([z.string().max(2048), smallObject]).optional(),
  scopes: scopeList.optional(),
  authtype: z.string().max(128).optional(),
  metadata: smallObject.optional(),
  dvcID: z.string().min(1).max(128).optional(),
  purpose: z.enum(['authenticate', 'enroll']).optional(),
  communityId: z.string().min(1).max(128).optional(),
  userId: z.string().min(1).max(36).optional().describe('Whom it is about'),
  did: z.string().min(1).max(512).optional().describe('Whom it is about, by a verified DID'),
})
const made = { sessionId: z.string(), url: z.string() }

/** The session service: what relying parties make sessions with, and how they learn what came of them. */
export function sessionRoutes(api: FaceApi): readonly Route[] {
  return [newSessionRoute(api), getSessionRoute(api), responseRoute(api), resultRoute(api)]
}

function newSessionRoute(api: FaceApi): Route {
  const { authentication, setup } = api
  return sealedRoute(authentication, {
    id: 'createSession',
    method: 'PUT',
    path: '/sessions/session/new',
    summary: 'Make a session',
    guard: authentication.guards.licence('authentication:sessions'),
    body: { schema: newSessionBody, limit: 128 * 1024, plain: 'taken' },
    request: 'once',
    sealing: 'as-asked',
    replies: { 201: { description: 'Its id and its URL', schema: sealedReply(z.object(made), made) } },
    handler: async ({ body }, { caller, actor, context, keeping }) => {
      const { dvcID, communityId, did, userId, ...input } = body
      const community = communityOf(authentication, caller, { communityId }).id
      const session = {
        ...input,
        community,
        configuration: dvcID,
        userId: userId ?? (await userByDid(api, caller, did)),
        creatorKey: caller.envelope?.publicKey,
      }
      const answerFor = (sessionId: string) => {
        const answer = { sessionId, url: `${baseUrl(api, context.mount)}/sessions/session/${sessionId}` }
        return { status: 201, beside: answer, data: answer, plain: answer }
      }
      const { id } = await createSession(setup.services, actor, session, (row) => keeping(answerFor(row.id)))
      return answerFor(id)
    },
  })
}

/** A DID that nobody verified names nobody. @throws BillfoldError `user.unknown` */
async function userByDid(
  { setup }: FaceApi,
  { tenant }: AuthenticationCaller,
  did: string | undefined,
): Promise<string | undefined> {
  if (did === undefined) return undefined
  const row = await findByIdentifier(setup.services, tenant, { kind: 'did', value: did })
  if (row === undefined || row.verifiedBy === null) throw new BillfoldError('user.unknown')
  return row.userId
}

const sessionBody = z.object({
  sessionId: z.string(),
  origin: z.union([z.string(), z.record(z.string(), z.unknown())]),
  publicKey: z.string().describe('What to encrypt to'),
  createdTS: z.number(),
  expiryTS: z.number(),
  metadata: z.record(z.string(), z.unknown()),
  authtype: z.string().optional(),
  scopes: z.string(),
})

function getSessionRoute({ authentication, setup }: FaceApi): Route {
  return route({
    id: 'getSession',
    method: 'GET',
    path: '/sessions/session/:id',
    summary: 'What a session asks for; nothing about its user',
    guard: authentication.guards.open,
    limits: [{ by: 'ip', most: 600, seconds: 60 }],
    params,
    replies: { 200: { description: 'The session', schema: sessionBody }, ...gone },
    handler: async (input, { caller }) => {
      const { services } = setup
      const session = await liveSession(services, caller.tenant, input.params.id)
      const { origin = {}, metadata = {}, authtype } = await openDetails(services, session)
      const { publicKey } = await authentication.envelopes(caller.tenant)
      const times = { createdTS: seconds(session.createdAt), expiryTS: seconds(session.expiresAt) }
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

function responseRoute({ authentication, setup }: FaceApi): Route {
  const beside = { sessionId: z.string(), status: z.string() }
  return sealedRoute(authentication, {
    id: 'getSessionResponse',
    method: 'GET',
    path: '/sessions/session/:id/response',
    summary: 'What the scopes of a session ask for, once it has succeeded; for the key that made the session',
    guard: authentication.guards.client(),
    params,
    request: 'read',
    sealing: 'always',
    replies: {
      200: {
        description: 'Encrypted to the key that made the session',
        schema: sealedReply(z.looseObject({}), beside),
      },
      400: { description: 'It has ended without success' },
      404: { description: 'No such session of this key, or nothing yet' },
      410: { description: 'The session has expired' },
    },
    handler: async (input, { caller }) => {
      const { services } = setup
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

function resultRoute({ authentication, setup }: FaceApi): Route {
  return sealedRoute(authentication, {
    id: 'getSessionResult',
    method: 'POST',
    path: '/session_result',
    summary: 'What came of a session',
    guard: authentication.guards.client({ stamp: false }),
    limits: [{ by: 'ip', most: 600, seconds: 60 }],
    query: z.object({ session: z.string().min(1).max(36) }),
    body: {
      schema: z.object({ deviceId: z.string().max(256).optional() }),
      limit: 16 * 1024,
      plain: 'taken',
      optional: true,
    },
    request: 'read',
    sealing: 'as-asked',
    replies: { 200: { description: 'Success, failure or pending', schema: z.object(resultBody) }, ...gone },
    handler: async ({ query, body }, { caller }) => {
      const result = await sessionResult(setup.services, caller.tenant, query.session, body.deviceId)
      return { data: result, plain: result }
    },
  })
}

/** Two keys with the same X are the same caller. */
function isSameKey(creatorKey: string | null, caller: string): boolean {
  return creatorKey !== null && Buffer.from(creatorKey, 'base64').toString('base64url', 0, 32) === caller
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}

import { z } from 'zod'
import { type Route, route } from '../../../http/index.ts'
import { retryOnConflict } from '../../../kernel/storage/index.ts'
import { getActiveSession } from '../../sessions/session.ts'
import { startSessionLiveness, storeLivenessWrite } from '../../sessions/start-liveness.ts'
import { commitWithReply, withReplayProtection } from '../secure-channel/replay-protection.ts'
import { encryptedReplySchema } from '../secure-channel/encrypt-reply.ts'
import { parseBrowserSecret } from '../callers/browser-cookie.ts'
import { requireChannel } from '../callers/authentication-caller.ts'
import { assertConsent } from '../page/page-consent.ts'
import { faceReplySchema } from './face-reply.ts'
import { submitFace } from './submit-face.ts'
import type { SessionRoutesContext } from '../context.ts'
import {
  faceFields,
  verifyOptionalDeviceProof,
  parseEvidence,
  selfieBodyLimit,
} from '../../../identity/api/face-body.ts'
import { secureChannelCodec } from '../secure-channel/secure-channel-codec.ts'

const sessionId = z.string().min(1).max(36)
const limits = [{ by: 'ip', limit: 300, windowSeconds: 60 }] as const
const livenessReply = z.object({ client: z.record(z.string(), z.unknown()), expiresTS: z.number() })

/** The face and liveness routes of a started session. */
export function faceRoutes(api: SessionRoutesContext): readonly Route[] {
  return [submitFaceRoute(api), startLivenessRoute(api)]
}

function submitFaceRoute(api: SessionRoutesContext): Route {
  const { authentication, sessionContext } = api
  return route({
    id: 'submitFace',
    secretReply: true,
    method: 'POST',
    path: '/v2/submit_face',
    summary: "Submit a face: check liveness, then match it with the session's user or enrol it",
    guard: authentication.guards.client(),
    limits,
    body: { encoding: 'json', schema: z.object({ sessionId, ...faceFields }), limit: selfieBodyLimit },
    codec: secureChannelCodec(authentication, { plaintext: 'accepted', replies: 'match-request' }),
    replies: {
      200: { description: 'The result', schema: encryptedReplySchema(faceReplySchema) },
      404: { description: 'The session does not exist' },
      410: { description: 'The session has expired' },
    },
    handler: ({ body }, context, request) =>
      withReplayProtection(authentication, request, ['submitFace'], async (claim) => {
        const { caller, actor } = request
        const callerKey = requireChannel(caller).callerKey
        const statement = { step: 'submit_face', subject: body.sessionId, caller: callerKey }
        const input = {
          ...parseEvidence(body),
          callerKey,
          browserSecret: parseBrowserSecret(body.sessionId, authentication.options.publicUrl, context),
          device: verifyOptionalDeviceProof(body.device, statement),
          deviceId: body.deviceId,
          cameraIndicator: body.cameraIndicator,
        }
        const session = await getActiveSession(sessionContext.services, actor.tenant, body.sessionId)
        await assertConsent(api, session)
        return submitFace(sessionContext, actor, session, input, claim)
      }),
  })
}

function startLivenessRoute(api: SessionRoutesContext): Route {
  const { authentication, sessionContext } = api
  return route({
    id: 'startLiveness',
    method: 'POST',
    path: '/v2/start_liveness',
    summary: 'Start a liveness check. For an app, this also starts the session',
    guard: authentication.guards.client(),
    limits,
    body: { encoding: 'json', schema: z.object({ sessionId }), limit: 16 * 1024 },
    codec: secureChannelCodec(authentication, { plaintext: 'accepted', replies: 'match-request' }),
    replies: {
      200: {
        description: 'The input of the client; `client.steps` are the steps of a challenge',
        schema: encryptedReplySchema(livenessReply),
      },
      404: { description: 'The session does not exist' },
      410: { description: 'The session has expired' },
    },
    handler: ({ body }, context, request) =>
      withReplayProtection(authentication, request, ['startLiveness'], async (claim) => {
        const { services } = sessionContext
        const start = {
          sessionId: body.sessionId,
          callerKey: requireChannel(request.caller).callerKey,
          browserSecret: parseBrowserSecret(body.sessionId, authentication.options.publicUrl, context),
        }
        const started = await startSessionLiveness(sessionContext, request.actor, start, (session) =>
          assertConsent(api, session),
        )
        const reply = { data: { client: started.client, expiresTS: Math.floor(started.expiresAt / 1000) } }
        return retryOnConflict(async (attemptNumber) => {
          const write = await storeLivenessWrite(services, started, start, attemptNumber)
          return commitWithReply(services, claim, [write], reply)
        })
      }),
  })
}

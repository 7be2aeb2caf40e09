import { z } from 'zod'
import type { Route } from '../../http/index.ts'
import { startLiveness } from '../../sessions/evidence.ts'
import { submitFace } from '../../sessions/face-step.ts'
import { sealedReply } from './answer.ts'
import { browserSecret } from './browser-cookie.ts'
import { envelopeOf } from './caller.ts'
import { concludeFace, faceAnswer } from './face-answer.ts'
import type { FaceApi } from './authentication.ts'
import { faceFields, provenDevice, readEvidence, selfieBodyLimit } from '../face-body.ts'
import { sealedRoute } from './sealed-route.ts'

const sessionId = z.string().min(1).max(36)
const limits = [{ by: 'ip', most: 300, seconds: 60 }] as const
const livenessReply = z.object({ client: z.record(z.string(), z.unknown()), expiresTS: z.number() })

/** The face and liveness routes of a started session. */
export function faceRoutes(api: FaceApi): readonly Route[] {
  return [submitFaceRoute(api), startLivenessRoute(api)]
}

function submitFaceRoute({ authentication, setup: sessionContext }: FaceApi): Route {
  return sealedRoute(authentication, {
    id: 'submitFace',
    method: 'POST',
    path: '/v2/submit_face',
    summary: "Submit a face: check liveness, then match it with the session's user or enrol it",
    guard: authentication.guards.client(),
    limits,
    body: { schema: z.object({ sessionId, ...faceFields }), limit: selfieBodyLimit, plain: 'accepted' },
    replayProtection: 'single-use',
    encryption: 'match-request',
    replies: {
      200: { description: 'The result', schema: sealedReply(faceAnswer) },
      404: { description: 'The session does not exist' },
      410: { description: 'The session has expired' },
    },
    handler: async ({ body }, { caller, actor, context, keeping: replyWrites }) => {
      const callerKey = envelopeOf(caller).caller
      const statement = { step: 'submit_face', subject: body.sessionId, caller: callerKey }
      const stepInput = {
        ...readEvidence(body),
        sessionId: body.sessionId,
        callerKey,
        browserSecret: browserSecret(context.headers, body.sessionId),
        device: provenDevice(body.device, statement),
        deviceId: body.deviceId,
        cameraIndicator: body.cameraIndicator,
      }
      return submitFace(sessionContext, actor, stepInput, concludeFace(sessionContext.services, callerKey, replyWrites))
    },
  })
}

function startLivenessRoute({ authentication, setup: sessionContext }: FaceApi): Route {
  return sealedRoute(authentication, {
    id: 'startLiveness',
    method: 'POST',
    path: '/v2/start_liveness',
    summary: 'Start a liveness check. For an app, this also starts the session',
    guard: authentication.guards.client(),
    limits,
    body: { schema: z.object({ sessionId }), limit: 16 * 1024, plain: 'accepted' },
    replayProtection: 'single-use',
    encryption: 'match-request',
    replies: {
      200: {
        description: 'The input of the client; `client.steps` are the steps of a challenge',
        schema: sealedReply(livenessReply),
      },
      404: { description: 'The session does not exist' },
      410: { description: 'The session has expired' },
    },
    handler: async ({ body }, { caller, actor, context }) => {
      const verifierCaller = { tenant: actor.tenant, source: actor.source }
      const { client, expiresAt } = await startLiveness(sessionContext.faces, actor, verifierCaller, {
        sessionId: body.sessionId,
        callerKey: envelopeOf(caller).caller,
        browserSecret: browserSecret(context.headers, body.sessionId),
      })
      return { data: { client, expiresTS: Math.floor(expiresAt / 1000) } }
    },
  })
}

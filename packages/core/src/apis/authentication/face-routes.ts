import { z } from 'zod'
import type { Route } from '../../http/index.ts'
import { startLiveness } from '../../sessions/evidence.ts'
import { submitFace } from '../../sessions/face-step.ts'
import { sealedReply } from './answer.ts'
import { browserSecret } from './browser-cookie.ts'
import { envelopeOf } from './caller.ts'
import { concludeFace, faceAnswer } from './face-answer.ts'
import type { FaceApi } from './face-api.ts'
import { faceFields, provenDevice, readEvidence, selfieBodyLimit } from '../face-body.ts'
import { sealedRoute } from './sealed-route.ts'

const sessionId = z.string().min(1).max(36)
const limits = [{ by: 'ip', most: 300, seconds: 60 }] as const
const livenessAnswer = z.object({ client: z.record(z.string(), z.unknown()), expiresTS: z.number() })

/** What a browser, or whoever else holds a session, submits. */
export function faceRoutes(api: FaceApi): readonly Route[] {
  return [submitFaceRoute(api), startLivenessRoute(api)]
}

function submitFaceRoute({ authentication, setup }: FaceApi): Route {
  return sealedRoute(authentication, {
    id: 'submitFace',
    method: 'POST',
    path: '/v2/submit_face',
    summary: "Submit a face: liveness, then a match with the session's user, or an enrolment",
    guard: authentication.guards.client(),
    limits,
    body: { schema: z.object({ sessionId, ...faceFields }), limit: selfieBodyLimit, plain: 'taken' },
    request: 'once',
    sealing: 'as-asked',
    replies: {
      200: { description: 'What came of it', schema: sealedReply(faceAnswer) },
      404: { description: 'No such session' },
      410: { description: 'The session has expired' },
    },
    handler: async ({ body }, { caller, actor, context, keeping }) => {
      const callerKey = envelopeOf(caller).caller
      const statement = { step: 'submit_face', subject: body.sessionId, caller: callerKey }
      const submission = {
        ...readEvidence(body),
        sessionId: body.sessionId,
        callerKey,
        browserSecret: browserSecret(context.headers, body.sessionId),
        device: provenDevice(body.device, statement),
        deviceId: body.deviceId,
        cameraIndicator: body.cameraIndicator,
      }
      return submitFace(setup, actor, submission, concludeFace(setup.services, callerKey, keeping))
    },
  })
}

function startLivenessRoute({ authentication, setup }: FaceApi): Route {
  return sealedRoute(authentication, {
    id: 'startLiveness',
    method: 'POST',
    path: '/v2/start_liveness',
    summary: 'Start a liveness check: what the frames, or the vendor, must show. An app opens the session with it',
    guard: authentication.guards.client(),
    limits,
    body: { schema: z.object({ sessionId }), limit: 16 * 1024, plain: 'taken' },
    request: 'once',
    sealing: 'as-asked',
    replies: {
      200: {
        description: "What the browser needs; `client.steps` are a challenge's",
        schema: sealedReply(livenessAnswer),
      },
      404: { description: 'No such session' },
      410: { description: 'The session has expired' },
    },
    handler: async ({ body }, { caller, actor, context }) => {
      const asker = { tenant: actor.tenant, source: actor.source }
      const { client, expiresAt } = await startLiveness(setup.faces, actor, asker, {
        sessionId: body.sessionId,
        callerKey: envelopeOf(caller).caller,
        browserSecret: browserSecret(context.headers, body.sessionId),
      })
      return { data: { client, expiresTS: Math.floor(expiresAt / 1000) } }
    },
  })
}

import { z } from 'zod'
import type { Route } from '../../../http/index.ts'
import { startSessionLiveness } from '../../sessions/face-step/liveness.ts'
import { runFaceStep } from '../../sessions/face-step/face-step.ts'
import { encryptedReplySchema } from '../encrypted-route/step-reply.ts'
import { parseBrowserSecret } from '../callers/browser-cookie.ts'
import { requireChannel } from '../callers/authentication-caller.ts'
import { faceReplyBuilder, faceReplySchema } from './face-reply.ts'
import type { SessionRoutesContext } from '../context.ts'
import {
  faceFields,
  verifyOptionalDeviceProof,
  parseEvidence,
  selfieBodyLimit,
} from '../../../identity/api/face-body.ts'
import { encryptedRoute } from '../encrypted-route/encrypted-route.ts'

const sessionId = z.string().min(1).max(36)
const limits = [{ by: 'ip', limit: 300, windowSeconds: 60 }] as const
const livenessReply = z.object({ client: z.record(z.string(), z.unknown()), expiresTS: z.number() })

/** The face and liveness routes of a started session. */
export function faceRoutes(api: SessionRoutesContext): readonly Route[] {
  return [submitFaceRoute(api), startLivenessRoute(api)]
}

function submitFaceRoute({ authentication, sessionContext }: SessionRoutesContext): Route {
  return encryptedRoute(authentication, {
    id: 'submitFace',
    method: 'POST',
    path: '/v2/submit_face',
    summary: "Submit a face: check liveness, then match it with the session's user or enrol it",
    guard: authentication.guards.client(),
    limits,
    body: { schema: z.object({ sessionId, ...faceFields }), limit: selfieBodyLimit, plaintext: 'accepted' },
    replayProtection: 'single-use',
    encryption: 'match-request',
    replies: {
      200: { description: 'The result', schema: encryptedReplySchema(faceReplySchema) },
      404: { description: 'The session does not exist' },
      410: { description: 'The session has expired' },
    },
    handler: async ({ body }, { caller, actor, context, replyWrites }) => {
      const callerKey = requireChannel(caller).callerKey
      const statement = { step: 'submit_face', subject: body.sessionId, caller: callerKey }
      const stepInput = {
        ...parseEvidence(body),
        sessionId: body.sessionId,
        callerKey,
        browserSecret: parseBrowserSecret(context.headers, body.sessionId),
        device: verifyOptionalDeviceProof(body.device, statement),
        deviceId: body.deviceId,
        cameraIndicator: body.cameraIndicator,
      }
      return runFaceStep(
        sessionContext,
        actor,
        stepInput,
        faceReplyBuilder(sessionContext.services, callerKey, replyWrites),
      )
    },
  })
}

function startLivenessRoute({ authentication, sessionContext }: SessionRoutesContext): Route {
  return encryptedRoute(authentication, {
    id: 'startLiveness',
    method: 'POST',
    path: '/v2/start_liveness',
    summary: 'Start a liveness check. For an app, this also starts the session',
    guard: authentication.guards.client(),
    limits,
    body: { schema: z.object({ sessionId }), limit: 16 * 1024, plaintext: 'accepted' },
    replayProtection: 'single-use',
    encryption: 'match-request',
    replies: {
      200: {
        description: 'The input of the client; `client.steps` are the steps of a challenge',
        schema: encryptedReplySchema(livenessReply),
      },
      404: { description: 'The session does not exist' },
      410: { description: 'The session has expired' },
    },
    handler: async ({ body }, { caller, actor, context }) => {
      const verifierCaller = { tenant: actor.tenant, source: actor.source }
      const { client, expiresAt } = await startSessionLiveness(sessionContext.faces, actor, verifierCaller, {
        sessionId: body.sessionId,
        callerKey: requireChannel(caller).callerKey,
        browserSecret: parseBrowserSecret(context.headers, body.sessionId),
      })
      return { data: { client, expiresTS: Math.floor(expiresAt / 1000) } }
    },
  })
}

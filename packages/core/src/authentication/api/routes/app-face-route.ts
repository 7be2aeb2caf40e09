import { z } from 'zod'
import { type Route, route } from '../../../http/index.ts'
import {
  faceFields,
  parseEvidence,
  selfieBodyLimit,
  verifyOptionalDeviceProof,
} from '../../../identity/api/face-body.ts'
import { getActiveSession, sessionTtl } from '../../sessions/session.ts'
import { startSessionInApp } from '../../sessions/start-session.ts'
import { requireChannel } from '../callers/authentication-caller.ts'
import type { SessionRoutesContext } from '../context.ts'
import { appChannelCodec } from '../secure-channel/app-channel-codec.ts'
import { encryptedReplySchema } from '../secure-channel/encrypt-reply.ts'
import { type CommittedReply, type RequestClaim, withReplayProtection } from '../secure-channel/replay-protection.ts'
import { faceReplySchema } from './face-reply.ts'
import { submitFace } from './submit-face.ts'

/** The maximum lifetime of a session, in milliseconds. A ciphertext is a request id, and must not be accepted again that long. */
const maxSessionTtl = sessionTtl.created + sessionTtl.started + sessionTtl.ended

/** The face step of a session in an app, without a browser. */
export function appFaceRoute({ authentication, sessionContext }: SessionRoutesContext): Route {
  return route({
    id: 'authenticateSession',
    secretReply: true,
    method: 'POST',
    path: '/sessions/session/:id/authenticate',
    summary: "Submit a face from an app, encrypted to the session's key",
    guard: authentication.guards.public,
    limits: [{ by: 'ip', limit: 120, windowSeconds: 60 }],
    params: z.object({ id: z.string().min(1).max(36) }),
    body: { encoding: 'json', schema: z.object(faceFields), limit: selfieBodyLimit },
    codec: appChannelCodec(authentication, selfieBodyLimit),
    replies: {
      200: { description: 'The result', schema: encryptedReplySchema(faceReplySchema) },
      404: { description: 'The session does not exist' },
      410: { description: 'The session has expired' },
    },
    handler: ({ params, body }, _, request) => {
      const step = ['authenticateSession', params.id]
      const run = async (claim: RequestClaim): Promise<CommittedReply> => {
        const { caller, actor } = request
        const { services } = sessionContext
        const callerKey = requireChannel(caller).callerKey
        const statement = { step: 'submit_face', subject: params.id, caller: callerKey }
        const input = {
          ...parseEvidence(body),
          callerKey,
          device: verifyOptionalDeviceProof(body.device, statement),
          deviceId: body.deviceId,
          cameraIndicator: body.cameraIndicator,
        }
        const loaded = await getActiveSession(services, actor.tenant, params.id)
        const session = await startSessionInApp(services, actor, loaded, callerKey)
        return submitFace(sessionContext, actor, session, input, claim)
      }
      return withReplayProtection(authentication, request, step, run, maxSessionTtl)
    },
  })
}

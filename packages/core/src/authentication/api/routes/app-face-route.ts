import { createHash } from 'node:crypto'
import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { parseBase64 } from '../../../platform/secure-channel/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { type Route, route } from '../../../http/index.ts'
import { parseInput } from '../../../http/parse-input.ts'
import { sanitizeJson } from '../../../http/sanitize-json.ts'
import { startSessionInApp } from '../../sessions/start-session.ts'
import { getActiveSession, sessionTtl } from '../../sessions/session.ts'
import { encryptedReplySchema, encryptReply } from '../encrypted-route/step-reply.ts'
import {
  toAuthenticationActor,
  type AuthenticationCaller,
  requireAuthenticationCaller,
} from '../callers/authentication-caller.ts'
import { faceReplySchema } from './face-reply.ts'
import { submitFace } from './submit-face.ts'
import type { SessionRoutesContext } from '../context.ts'
import {
  faceFields,
  verifyOptionalDeviceProof,
  parseEvidence,
  selfieBodyLimit,
} from '../../../identity/api/face-body.ts'
import { withReplayProtection } from '../encrypted-route/replay-protection.ts'

const body = z.object({
  data: z.string().max(selfieBodyLimit),
  publicKey: z.string().max(96),
  did: z.string().max(512).optional(),
  appid: z.string().max(256).optional(),
})
const face = z.object(faceFields)
/** The maximum lifetime of a session, in milliseconds. */
const maxSessionTtl = sessionTtl.created + sessionTtl.started + sessionTtl.ended

/**
 * The face step of a session in an app, without a browser. The app is identified by the key in the body; its DID is not trusted. Every
 * encryption uses a new IV, so the hash of the ciphertext bytes serves as the request id for the lifetime of the session.
 */
export function appFaceRoute({ authentication, sessionContext }: SessionRoutesContext): Route {
  return route({
    id: 'authenticateSession',
    method: 'POST',
    path: '/sessions/session/:id/authenticate',
    summary: "Submit a face from an app, encrypted to the session's key",
    guard: authentication.guards.public,
    limits: [{ by: 'ip', limit: 120, windowSeconds: 60 }],
    params: z.object({ id: z.string().min(1).max(36) }),
    body: { encoding: 'json', schema: body, limit: selfieBodyLimit },
    replies: {
      200: { description: 'The result', schema: encryptedReplySchema(faceReplySchema) },
      404: { description: 'The session does not exist' },
      410: { description: 'The session has expired' },
    },
    handler: async (input, context) => {
      const { data, publicKey } = input.body
      const sessionId = input.params.id
      const anonymous = requireAuthenticationCaller(context)
      const channel = (await authentication.channels(anonymous.tenant)).channelWith(publicKey)
      const uuid = createHash('sha256')
        .update(parseBase64(data) ?? data)
        .digest('base64url')
      const requestId = { uuid, appId: '', sentAt: sessionContext.services.now() }
      const caller: AuthenticationCaller = {
        ...anonymous,
        id: `key ${channel.callerKey}`,
        channel: channel,
        requestId: requestId,
      }
      const reply = await withReplayProtection(
        authentication,
        caller,
        ['authenticateSession', sessionId, uuid],
        async (claim) => {
          const submitted = parseFace(channel.decrypt(data))
          const actor = { ...toAuthenticationActor(context), id: caller.id }
          const statement = { step: 'submit_face', subject: sessionId, caller: channel.callerKey }
          const faceInput = {
            ...parseEvidence(submitted),
            callerKey: channel.callerKey,
            device: verifyOptionalDeviceProof(submitted.device, statement),
            deviceId: submitted.deviceId,
            cameraIndicator: submitted.cameraIndicator,
          }
          const { services } = sessionContext
          const loaded = await getActiveSession(services, actor.tenant, sessionId)
          const session = await startSessionInApp(services, actor, loaded, channel.callerKey)
          return submitFace(sessionContext, actor, session, faceInput, claim)
        },
        maxSessionTtl,
      )
      return encryptReply(authentication, caller, reply, true)
    },
  })
}

function parseFace(bytes: Uint8Array): z.output<typeof face> {
  const value = isUtf8(bytes) ? parseJson(Buffer.from(bytes).toString('utf8')) : undefined
  if (value === undefined || !sanitizeJson(value)) throw new BillfoldError('body.malformed')
  const none = { params: undefined, query: undefined, headers: undefined }
  return parseInput<{ readonly body: z.output<typeof face> }>({ ...none, body: face }, { ...none, body: value }).body
}

/** Drops the cause, because the parser's message quotes the text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

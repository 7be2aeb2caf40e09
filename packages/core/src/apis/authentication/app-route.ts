import { createHash } from 'node:crypto'
import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { fromBase64 } from '../../envelope/index.ts'
import { BillfoldError } from '../../errors.ts'
import { type Route, route } from '../../http/index.ts'
import { parseInput } from '../../http/parse-input.ts'
import { settleJson } from '../../http/plain-json.ts'
import { submitFace } from '../../sessions/face-step.ts'
import { openInApp } from '../../sessions/open-session.ts'
import { sessionLife } from '../../sessions/session.ts'
import { sealedReply, sealReply } from './answer.ts'
import { actorOf, type AuthenticationCaller, callerOf } from './caller.ts'
import { concludeFace, faceAnswer } from './face-answer.ts'
import type { FaceApi } from './authentication.ts'
import { faceFields, provenDevice, readEvidence, selfieBodyLimit } from '../face-body.ts'
import { stepOnce } from './step-once.ts'

const body = z.object({
  data: z.string().max(selfieBodyLimit),
  publicKey: z.string().max(96),
  did: z.string().max(512).optional(),
  appid: z.string().max(256).optional(),
})
const face = z.object(faceFields)
/** The maximum lifetime of a session, in milliseconds. */
const maxSessionTtl = sessionLife.unopened + sessionLife.opened + sessionLife.ended

/**
 * The face step of a session in an app, without a browser. The app is identified by the key in the body; its DID is not trusted. Every
 * encryption uses a new IV, so the hash of the ciphertext bytes serves as the request id for the lifetime of the session.
 */
export function appRoute({ authentication, setup: sessionContext }: FaceApi): Route {
  return route({
    id: 'authenticateSession',
    method: 'POST',
    path: '/sessions/session/:id/authenticate',
    summary: "Submit a face from an app, encrypted to the session's key",
    guard: authentication.guards.open,
    limits: [{ by: 'ip', most: 120, seconds: 60 }],
    params: z.object({ id: z.string().min(1).max(36) }),
    body: { encoding: 'json', schema: body, limit: selfieBodyLimit },
    replies: {
      200: { description: 'The result', schema: sealedReply(faceAnswer) },
      404: { description: 'The session does not exist' },
      410: { description: 'The session has expired' },
    },
    handler: async (input, context) => {
      const { data, publicKey } = input.body
      const sessionId = input.params.id
      const anonymous = callerOf(context)
      const channel = (await authentication.envelopes(anonymous.tenant)).with(publicKey)
      const uuid = createHash('sha256')
        .update(fromBase64(data) ?? data)
        .digest('base64url')
      const requestId = { uuid, appId: '', sentAt: sessionContext.services.now() }
      const caller: AuthenticationCaller = {
        ...anonymous,
        id: `key ${channel.caller}`,
        envelope: channel,
        stamp: requestId,
      }
      const reply = await stepOnce(
        authentication,
        caller,
        ['authenticateSession', sessionId, uuid],
        async (replyWrites) => {
          const submitted = parseFace(channel.open(data))
          const actor = { ...actorOf(context), id: caller.id }
          const statement = { step: 'submit_face', subject: sessionId, caller: channel.caller }
          const stepInput = {
            ...readEvidence(submitted),
            sessionId,
            callerKey: channel.caller,
            device: provenDevice(submitted.device, statement),
            deviceId: submitted.deviceId,
            cameraIndicator: submitted.cameraIndicator,
          }
          await openInApp(sessionContext.services, actor, sessionId, channel.caller)
          return submitFace(
            sessionContext,
            actor,
            stepInput,
            concludeFace(sessionContext.services, channel.caller, replyWrites),
          )
        },
        maxSessionTtl,
      )
      return sealReply(authentication, caller, reply, true)
    },
  })
}

function parseFace(bytes: Uint8Array): z.output<typeof face> {
  const value = isUtf8(bytes) ? parseJson(Buffer.from(bytes).toString('utf8')) : undefined
  if (value === undefined || !settleJson(value)) throw new BillfoldError('body.malformed')
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

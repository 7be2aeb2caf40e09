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
import type { FaceApi } from './face-api.ts'
import { faceFields, provenDevice, readEvidence, selfieBodyLimit } from '../face-body.ts'
import { stepOnce } from './step-once.ts'

const body = z.object({
  data: z.string().max(selfieBodyLimit),
  publicKey: z.string().max(96),
  did: z.string().max(512).optional(),
  appid: z.string().max(256).optional(),
})
const opened = z.object(faceFields)
/** The longest that a session can be there, in milliseconds. */
const wholeLife = sessionLife.unopened + sessionLife.opened + sessionLife.ended

/**
 * How an app takes the face step of a session that it was shown, without a browser. The app is who holds the key in the body; what it
 * says of a DID is not believed. Each encryption is made with a new nonce, so the ciphertext itself, however it is written, stands for
 * the request id, for as long as the session is there.
 */
export function appRoute({ authentication, setup }: FaceApi): Route {
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
      200: { description: 'What came of it', schema: sealedReply(faceAnswer) },
      404: { description: 'No such session' },
      410: { description: 'The session has expired' },
    },
    handler: async (input, context) => {
      const { data, publicKey } = input.body
      const sessionId = input.params.id
      const open = callerOf(context)
      const envelope = (await authentication.envelopes(open.tenant)).with(publicKey)
      const uuid = createHash('sha256')
        .update(fromBase64(data) ?? data)
        .digest('base64url')
      const stamp = { uuid, appId: '', sentAt: setup.services.now() }
      const caller: AuthenticationCaller = { ...open, id: `key ${envelope.caller}`, envelope, stamp }
      const answer = await stepOnce(
        authentication,
        caller,
        ['authenticateSession', sessionId, uuid],
        async (keeping) => {
          const face = readFace(envelope.open(data))
          const actor = { ...actorOf(context), id: caller.id }
          const statement = { step: 'submit_face', subject: sessionId, caller: envelope.caller }
          const submission = {
            ...readEvidence(face),
            sessionId,
            callerKey: envelope.caller,
            device: provenDevice(face.device, statement),
            deviceId: face.deviceId,
            cameraIndicator: face.cameraIndicator,
          }
          await openInApp(setup.services, actor, sessionId, envelope.caller)
          return submitFace(setup, actor, submission, concludeFace(setup.services, envelope.caller, keeping))
        },
        wholeLife,
      )
      return sealReply(authentication, caller, answer, true)
    },
  })
}

function readFace(bytes: Uint8Array): z.output<typeof opened> {
  const value = isUtf8(bytes) ? parsed(Buffer.from(bytes).toString('utf8')) : undefined
  if (value === undefined || !settleJson(value)) throw new BillfoldError('body.malformed')
  const none = { params: undefined, query: undefined, headers: undefined }
  return parseInput<{ readonly body: z.output<typeof opened> }>({ ...none, body: opened }, { ...none, body: value })
    .body
}

/** Without its cause: the parser's message quotes the text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

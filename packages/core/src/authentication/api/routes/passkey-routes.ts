import { z } from 'zod'
import { deviceProofSchema, verifyOptionalDeviceProof } from '../../../identity/api/face-body.ts'
import { type Route, route } from '../../../http/index.ts'
import { retryOnConflict } from '../../../kernel/storage/index.ts'
import { decidePasskeyStep } from '../../sessions/passkey-step/passkey-step.ts'
import { startPasskey } from '../../sessions/passkey-step/start-passkey.ts'
import { notifyHooks } from '../../sessions/session-context.ts'
import type { SessionRoutesContext } from '../context.ts'
import { encryptedReplySchema } from '../secure-channel/encrypt-reply.ts'
import { commitWithReply, withReplayProtection } from '../secure-channel/replay-protection.ts'
import { secureChannelCodec } from '../secure-channel/secure-channel-codec.ts'
import { faceReplySchema, toFaceReply } from './face-reply.ts'
import { toSessionClient } from './session-client.ts'

const sessionId = z.string().min(1).max(36)
const limits = [{ by: 'ip', limit: 120, windowSeconds: 60 }] as const
const errors = {
  400: { description: 'The session is not in a state that allows this step, or offers no passkey' },
  403: { description: 'The session is bound to another client' },
  404: { description: 'The session does not exist' },
  410: { description: 'The session has expired' },
  501: { description: 'Passkeys are not configured' },
} as const

/** The assertion of a passkey (WebAuthn Level 3 section 5.1): only its shape; the verifier of passkeys validates it. */
const assertion = z
  .record(z.string().max(64), z.unknown())
  .meta({ description: 'AuthenticationResponseJSON of the browser' })

/** Sign-in with a passkey in a started session. */
export function passkeyRoutes(api: SessionRoutesContext): readonly Route[] {
  return [startPasskeyRoute(api), submitPasskeyRoute(api)]
}

function startPasskeyRoute(api: SessionRoutesContext): Route {
  const { authentication, sessionContext } = api
  const reply = z.object({
    options: z.record(z.string(), z.unknown()).describe('PublicKeyCredentialRequestOptionsJSON'),
    expiresTS: z.number(),
  })
  return route({
    id: 'startPasskey',
    method: 'POST',
    path: '/v2/start_passkey',
    summary: 'Start a sign-in with a passkey. For an app, this also starts the session',
    guard: authentication.guards.client(),
    limits,
    body: { encoding: 'json', schema: z.object({ sessionId }), limit: 16 * 1024 },
    codec: secureChannelCodec(authentication, { plaintext: 'accepted', replies: 'match-request' }),
    replies: { 200: { description: 'The options for the browser', schema: encryptedReplySchema(reply) }, ...errors },
    handler: ({ body }, context, request) =>
      withReplayProtection(authentication, request, ['startPasskey'], async (claim) => {
        const client = toSessionClient(api, context, request, body.sessionId)
        const { options, expiresAt, writes } = await startPasskey(sessionContext, request.actor, client)
        const data = { options, expiresTS: Math.floor(expiresAt / 1000) }
        return commitWithReply(sessionContext.services, claim, writes, { data })
      }),
  })
}

function submitPasskeyRoute(api: SessionRoutesContext): Route {
  const { authentication, sessionContext } = api
  const schema = z.object({ sessionId, passkey: assertion, device: deviceProofSchema.optional() })
  return route({
    id: 'submitPasskey',
    secretReply: true,
    method: 'POST',
    path: '/v2/submit_passkey',
    summary: 'Submit the assertion of a passkey, which says who signs in',
    guard: authentication.guards.client(),
    limits,
    body: { encoding: 'json', schema, limit: 64 * 1024 },
    codec: secureChannelCodec(authentication, { plaintext: 'accepted', replies: 'match-request' }),
    replies: {
      200: { description: 'The result', schema: encryptedReplySchema(faceReplySchema) },
      ...errors,
    },
    handler: ({ body }, context, request) =>
      withReplayProtection(authentication, request, ['submitPasskey'], async (claim) => {
        const client = toSessionClient(api, context, request, body.sessionId)
        const statement = { step: 'submit_passkey', subject: body.sessionId, caller: client.callerKey }
        const device = verifyOptionalDeviceProof(body.device, statement)
        return retryOnConflict(async () => {
          const input = { ...client, device, response: body.passkey }
          const { result, writes } = await decidePasskeyStep(sessionContext, request.actor, input)
          const reply = await toFaceReply(sessionContext.services, client.callerKey, result)
          const committed = await commitWithReply(sessionContext.services, claim, writes, reply)
          await notifyHooks(sessionContext, result.session)
          return committed
        })
      }),
  })
}

import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import type { Route } from '../../http/index.ts'
import { submitPin } from '../../sessions/pin-step.ts'
import { sealedReply } from './answer.ts'
import { envelopeOf } from './caller.ts'
import type { FaceApi } from './authentication.ts'
import { deviceProof, provenDevice } from '../face-body.ts'
import { sealedRoute } from './sealed-route.ts'

const body = z.object({
  pin: z.string().min(1).max(64),
  isTrustedDevice: z.boolean().default(false),
  deviceId: z.string().max(256).optional(),
  device: deviceProof.optional(),
})
const pinReply = z.object({ isAuthenticated: z.boolean() })

/** The PIN step, authenticated by the token of the face step. */
export function pinRoute({ authentication, setup: sessionContext }: FaceApi): Route {
  return sealedRoute(authentication, {
    id: 'verifyPin',
    method: 'POST',
    path: '/verify_pin',
    summary: "Verify the user's PIN",
    guard: authentication.guards.bearer,
    limits: [{ by: 'ip', most: 120, seconds: 60 }],
    body: { schema: body, limit: 16 * 1024, plain: 'rejected' },
    replayProtection: 'single-use',
    encryption: 'always',
    replies: { 200: { description: '`isAuthenticated` is true if the PIN is correct', schema: sealedReply(pinReply) } },
    handler: async (input, { caller, actor, keeping: replyWrites }) => {
      const session = caller.token?.claims['session']
      if (typeof session !== 'string') throw new BillfoldError('caller.unauthenticated')
      const callerKey = envelopeOf(caller).caller
      const { pin, deviceId, device, isTrustedDevice } = input.body
      const statement = { step: 'verify_pin', subject: session, caller: callerKey }
      const stepInput = {
        sessionId: session,
        userId: caller.id,
        callerKey,
        pin,
        deviceId,
        device: provenDevice(device, statement),
        trustDevice: isTrustedDevice,
      }
      return submitPin(sessionContext, actor, stepInput, async ({ isAuthenticated }) => {
        const reply = { data: { isAuthenticated } }
        return { reply, writes: await replyWrites(reply) }
      })
    },
  })
}

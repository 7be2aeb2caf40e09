import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import type { Route } from '../../http/index.ts'
import { submitPin } from '../../sessions/pin-step.ts'
import { sealedReply } from './answer.ts'
import { envelopeOf } from './caller.ts'
import type { FaceApi } from './face-api.ts'
import { deviceProof, provenDevice } from '../face-body.ts'
import { sealedRoute } from './sealed-route.ts'

const body = z.object({
  pin: z.string().min(1).max(64),
  isTrustedDevice: z.boolean().default(false),
  deviceId: z.string().max(256).optional(),
  device: deviceProof.optional(),
})
const answer = z.object({ isAuthenticated: z.boolean() })

/** The PIN, where a face step has given a token for it. */
export function pinRoute({ authentication, setup }: FaceApi): Route {
  return sealedRoute(authentication, {
    id: 'verifyPin',
    method: 'POST',
    path: '/verify_pin',
    summary: "Verify the user's PIN",
    guard: authentication.guards.bearer,
    limits: [{ by: 'ip', most: 120, seconds: 60 }],
    body: { schema: body, limit: 16 * 1024, plain: 'refused' },
    request: 'once',
    sealing: 'always',
    replies: { 200: { description: 'Whether the PIN is right', schema: sealedReply(answer) } },
    handler: async (input, { caller, actor, keeping }) => {
      const session = caller.token?.claims['session']
      if (typeof session !== 'string') throw new BillfoldError('caller.unauthenticated')
      const callerKey = envelopeOf(caller).caller
      const { pin, deviceId, device, isTrustedDevice } = input.body
      const statement = { step: 'verify_pin', subject: session, caller: callerKey }
      const submission = {
        sessionId: session,
        userId: caller.id,
        callerKey,
        pin,
        deviceId,
        device: provenDevice(device, statement),
        trustDevice: isTrustedDevice,
      }
      return submitPin(setup, actor, submission, async ({ isAuthenticated }) => {
        const told = { data: { isAuthenticated } }
        return { answer: told, writes: await keeping(told) }
      })
    },
  })
}

import { z } from 'zod'
import { BillfoldError } from '../../../kernel/errors.ts'
import { type Route, route, secretText } from '../../../http/index.ts'
import { retryOnConflict } from '../../../kernel/storage/index.ts'
import { attemptPin, decidePinStep } from '../../sessions/pin-step/pin-step.ts'
import { getSessionAwaitingPin } from '../../sessions/pin-step/session-awaiting-pin.ts'
import { notifyHooks } from '../../sessions/session-context.ts'
import { commitWithReply, withReplayProtection } from '../secure-channel/replay-protection.ts'
import { encryptedReplySchema } from '../secure-channel/encrypt-reply.ts'
import { requireChannel } from '../callers/authentication-caller.ts'
import type { SessionRoutesContext } from '../context.ts'
import { deviceProofSchema, verifyOptionalDeviceProof } from '../../../identity/api/face-body.ts'
import { secureChannelCodec } from '../secure-channel/secure-channel-codec.ts'

const body = z.object({
  pin: secretText(z.string().min(1).max(64)),
  isTrustedDevice: z.boolean().default(false),
  deviceId: z.string().max(256).optional(),
  device: deviceProofSchema.optional(),
})
const pinReply = z.object({ isAuthenticated: z.boolean() })

/** The PIN step, authenticated by the token of the face step. */
export function pinRoute({ authentication, sessionContext }: SessionRoutesContext): Route {
  return route({
    id: 'verifyPin',
    secretReply: true,
    method: 'POST',
    path: '/verify_pin',
    summary: "Verify the user's PIN",
    guard: authentication.guards.bearer,
    limits: [{ by: 'ip', limit: 120, windowSeconds: 60 }],
    body: { encoding: 'json', schema: body, limit: 16 * 1024 },
    codec: secureChannelCodec(authentication, { plaintext: 'rejected', replies: 'always' }),
    replies: {
      200: { description: '`isAuthenticated` is true if the PIN is correct', schema: encryptedReplySchema(pinReply) },
    },
    handler: (input, _, request) =>
      withReplayProtection(authentication, request, ['verifyPin'], async (claim) => {
        const { caller, actor } = request
        const session = caller.token?.claims['session']
        if (typeof session !== 'string') throw new BillfoldError('caller.unauthenticated')
        const callerKey = requireChannel(caller).callerKey
        const { pin, deviceId, device, isTrustedDevice } = input.body
        const statement = { step: 'verify_pin', subject: session, caller: callerKey }
        const stepInput = {
          sessionId: session,
          userId: caller.id,
          callerKey,
          pin,
          deviceId,
          device: verifyOptionalDeviceProof(device, statement),
          trustDevice: isTrustedDevice,
        }
        const awaiting = await getSessionAwaitingPin(sessionContext, actor, stepInput)
        const checked = await attemptPin(sessionContext, actor, awaiting, stepInput)
        return retryOnConflict(async (attemptNumber) => {
          const { result, writes } = await decidePinStep(sessionContext, actor, checked, attemptNumber)
          const reply = { data: { isAuthenticated: result.isAuthenticated } }
          const committed = await commitWithReply(sessionContext.services, claim, writes, reply)
          await notifyHooks(sessionContext, result.session)
          return committed
        })
      }),
  })
}

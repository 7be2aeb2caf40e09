import { z } from 'zod'
import { type Route, route } from '../../../http/index.ts'
import { retryOnConflict } from '../../../kernel/storage/index.ts'
import { deviceInfoWrites, getSessionForDeviceInfo } from '../../sessions/device-info.ts'
import { encryptedReplySchema } from '../secure-channel/encrypt-reply.ts'
import type { SessionRoutesContext } from '../context.ts'
import { smallJsonObject } from '../../../identity/api/face-body.ts'
import { secureChannelCodec } from '../secure-channel/secure-channel-codec.ts'
import { commitWithReply, withReplayProtection } from '../secure-channel/replay-protection.ts'

const info = z.object({
  sessionId: z.string().min(1).max(36),
  deviceInfo: smallJsonObject.optional(),
  userInfo: smallJsonObject.optional(),
})

/** Adds unverified device and user information to a login attempt. It has no influence on the decision. */
export function deviceInfoRoute({ authentication, sessionContext }: SessionRoutesContext): Route {
  return route({
    id: 'addDeviceInfo',
    method: 'POST',
    path: '/userDeviceInfo',
    summary: 'Add device and user info to the login attempt of a session',
    guard: authentication.guards.serviceKey('authentication:device-info'),
    body: { encoding: 'json', schema: info, limit: 64 * 1024 },
    codec: secureChannelCodec(authentication, { plaintext: 'accepted', replies: 'match-request' }),
    replies: {
      200: { description: 'The stored information', schema: encryptedReplySchema(info, { message: z.string() }) },
      404: { description: 'The session does not exist' },
    },
    handler: ({ body }, _, request) =>
      withReplayProtection(authentication, request, ['addDeviceInfo'], async (claim) => {
        const { caller, actor } = request
        const { sessionId, deviceInfo = {}, userInfo = {} } = body
        const reply = {
          plainFields: { message: 'The device and user info was added' },
          data: { sessionId, deviceInfo, userInfo },
        }
        const { services } = sessionContext
        const session = await getSessionForDeviceInfo(services, actor.tenant, sessionId, caller.licence?.community)
        return retryOnConflict(async () => {
          const writes = await deviceInfoWrites(services, actor, session, { deviceInfo, userInfo })
          return commitWithReply(services, claim, writes, reply)
        })
      }),
  })
}

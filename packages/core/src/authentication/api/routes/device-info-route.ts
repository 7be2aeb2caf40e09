import { z } from 'zod'
import type { Route } from '../../../http/index.ts'
import { retryOnConflict } from '../../../kernel/storage/index.ts'
import { deviceInfoWrites, getSessionForDeviceInfo } from '../../sessions/device-info.ts'
import { encryptedReplySchema } from '../encrypted-route/step-reply.ts'
import type { SessionRoutesContext } from '../context.ts'
import { smallJsonObject } from '../../../identity/api/face-body.ts'
import { encryptedRoute } from '../encrypted-route/encrypted-route.ts'
import { commitWithReply } from '../encrypted-route/replay-protection.ts'

const info = z.object({
  sessionId: z.string().min(1).max(36),
  deviceInfo: smallJsonObject.optional(),
  userInfo: smallJsonObject.optional(),
})

/** Adds unverified device and user information to a login attempt. It has no influence on the decision. */
export function deviceInfoRoute({ authentication, sessionContext }: SessionRoutesContext): Route {
  return encryptedRoute(authentication, {
    id: 'addDeviceInfo',
    method: 'POST',
    path: '/userDeviceInfo',
    summary: 'Add device and user info to the login attempt of a session',
    guard: authentication.guards.serviceKey('authentication:device-info'),
    body: { schema: info, limit: 64 * 1024, plaintext: 'accepted' },
    replayProtection: 'single-use',
    encryption: 'match-request',
    replies: {
      200: { description: 'The stored information', schema: encryptedReplySchema(info, { message: z.string() }) },
      404: { description: 'The session does not exist' },
    },
    handler: async ({ body }, { caller, actor, claim }) => {
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
    },
  })
}

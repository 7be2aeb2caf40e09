import { z } from 'zod'
import type { Route } from '../../http/index.ts'
import { addDeviceInfo } from '../../sessions/device-info.ts'
import { sealedReply } from './answer.ts'
import type { FaceApi } from './authentication.ts'
import { smallObject } from '../face-body.ts'
import { sealedRoute } from './sealed-route.ts'

const info = z.object({
  sessionId: z.string().min(1).max(36),
  deviceInfo: smallObject.optional(),
  userInfo: smallObject.optional(),
})

/** Adds unverified device and user information to a login attempt. It has no influence on the decision. */
export function deviceInfoRoute({ authentication, setup: sessionContext }: FaceApi): Route {
  return sealedRoute(authentication, {
    id: 'addDeviceInfo',
    method: 'POST',
    path: '/userDeviceInfo',
    summary: 'Add device and user info to the login attempt of a session',
    guard: authentication.guards.service('authentication:device-info'),
    body: { schema: info, limit: 64 * 1024, plain: 'accepted' },
    replayProtection: 'single-use',
    encryption: 'match-request',
    replies: {
      200: { description: 'The stored information', schema: sealedReply(info, { message: z.string() }) },
      404: { description: 'The session does not exist' },
    },
    handler: async ({ body }, { caller, actor, keeping: replyWrites }) => {
      const { sessionId, deviceInfo = {}, userInfo = {} } = body
      const reply = {
        beside: { message: 'The device and user info was added' },
        data: { sessionId, deviceInfo, userInfo },
      }
      const added = { deviceInfo, userInfo }
      await addDeviceInfo(
        sessionContext.services,
        actor,
        sessionId,
        added,
        caller.licence?.community,
        await replyWrites(reply),
      )
      return reply
    },
  })
}

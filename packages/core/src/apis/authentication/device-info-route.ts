import { z } from 'zod'
import type { Route } from '../../http/index.ts'
import { addDeviceInfo } from '../../sessions/device-info.ts'
import { sealedReply } from './answer.ts'
import type { FaceApi } from './face-api.ts'
import { smallObject } from '../face-body.ts'
import { sealedRoute } from './sealed-route.ts'

const info = z.object({
  sessionId: z.string().min(1).max(36),
  deviceInfo: smallObject.optional(),
  userInfo: smallObject.optional(),
})

/** What a caller knows about the device and the user of a login attempt; it decides nothing. */
export function deviceInfoRoute({ authentication, setup }: FaceApi): Route {
  return sealedRoute(authentication, {
    id: 'addDeviceInfo',
    method: 'POST',
    path: '/userDeviceInfo',
    summary: 'Add device and user info to the login attempt of a session',
    guard: authentication.guards.service('authentication:device-info'),
    body: { schema: info, limit: 64 * 1024, plain: 'taken' },
    request: 'once',
    sealing: 'as-asked',
    replies: {
      200: { description: 'What was added', schema: sealedReply(info, { message: z.string() }) },
      404: { description: 'No such session' },
    },
    handler: async ({ body }, { caller, actor, keeping }) => {
      const { sessionId, deviceInfo = {}, userInfo = {} } = body
      const answer = {
        beside: { message: 'The device and user info was added' },
        data: { sessionId, deviceInfo, userInfo },
      }
      const added = { deviceInfo, userInfo }
      await addDeviceInfo(setup.services, actor, sessionId, added, caller.licence?.community, await keeping(answer))
      return answer
    },
  })
}

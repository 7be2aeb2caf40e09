import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { checkReads } from '../../platform/health.ts'
import type { CustodyContext } from './context.ts'

const status = z.enum(['UP', 'DOWN'])
const healthBody = z.object({
  success: z.boolean(),
  result: z.object({ status }),
  status: status.describe('The same, for clients that read no envelope'),
})

/** The route that reports whether the API can serve requests. */
export function healthRoute({ services, publicGuard }: CustodyContext): Route {
  return route({
    id: 'getCustodyHealth',
    method: 'GET',
    path: '/actuator/health',
    summary: 'Check whether the storage can be read',
    guard: publicGuard,
    limits: [{ by: 'ip', limit: 600, windowSeconds: 60 }],
    replies: {
      200: { description: 'The status UP', schema: healthBody },
      503: { description: 'The status DOWN', schema: healthBody },
    },
    handler: async () => {
      const isUp = (await checkReads(services)).status === 'ok'
      const result = { status: isUp ? 'UP' : 'DOWN' }
      return { status: isUp ? 200 : 503, body: { success: isUp, result, ...result } }
    },
  })
}

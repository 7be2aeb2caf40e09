import { z } from 'zod'
import { type Route, route } from '../../../http/index.ts'
import type { AuthenticationContext } from '../context.ts'

/** The removal date given by the API document. */
const sunset = '2026-02-02'

const goneBody = z.object({ error: z.string(), message: z.string(), sunset: z.literal(sunset) })

const removedRoutes = [
  { id: 'authenticate', method: 'GET', path: '/authenticate', successor: '/v2/authenticate' },
  {
    id: 'authenticateWithLiveid',
    method: 'POST',
    path: '/authenticate_with_liveid',
    successor: '/v2/authenticate_with_liveid',
  },
  { id: 'webhook', method: 'POST', path: '/webhooks/:uwl_session_id', successor: '/v2/submit_face' },
] as const

/** Routes removed by the API document: 410 with `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and `Link: rel="successor-version"` (RFC 5829). */
export function deprecatedRoutes({ guards }: AuthenticationContext): readonly Route[] {
  const since = Date.parse(`${sunset}T00:00:00Z`)
  return removedRoutes.map(({ id, method, path, successor }) =>
    route({
      id,
      idempotency: 'none',
      method,
      path,
      summary: `Removed: use ${successor}`,
      guard: guards.public,
      ...(path.includes(':') && { params: z.object({ uwl_session_id: z.string() }) }),
      replies: { 410: { description: 'The endpoint was removed', schema: goneBody } },
      handler: async (_, { mount }) => ({
        status: 410,
        headers: {
          deprecation: `@${since / 1000}`,
          sunset: new Date(since).toUTCString(),
          link: `<${mount}${successor}>; rel="successor-version"`,
        },
        body: { error: 'Gone', message: `This endpoint has been removed. Use ${successor} instead.`, sunset },
      }),
    }),
  )
}

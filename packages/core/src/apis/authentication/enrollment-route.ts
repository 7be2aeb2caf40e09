import { z } from 'zod'
import type { Route } from '../../http/index.ts'
import { findEnrolled, mostEntries } from '../../users/find-enrolled.ts'
import type { Authentication } from './authentication.ts'
import { sealedRoute } from './sealed-route.ts'

const did = z.string().min(1).max(512)
const publicKey = z.string().min(1).max(512)

const entry = z
  .object({ did: did.optional(), publicKey: publicKey.optional() })
  .refine((given) => given.did !== undefined || given.publicKey !== undefined, 'has neither did nor publicKey')

const matches = z.object({
  list: z.array(
    z.object({
      did: did.optional(),
      publicKey: publicKey.optional(),
      createdTS: z.number().describe('Seconds since 1970'),
    }),
  ),
})

/** Which of these DIDs and public keys are enrolled. */
export function enrollmentRoute(authentication: Authentication): Route {
  return sealedRoute(authentication, {
    id: 'checkEnrollment',
    method: 'POST',
    path: '/check_enrollment',
    summary: 'Which of up to 1,000 DIDs and public keys users have; both together match one user who has both',
    guard: authentication.guards.licence('authentication:enrollment'),
    body: {
      schema: z.object({ list: z.array(entry).min(1).max(mostEntries) }),
      limit: 2 * 1024 * 1024,
      plain: 'taken',
    },
    request: 'read',
    sealing: 'as-asked',
    replies: {
      200: {
        description: 'Those that are enrolled; `{data, publicKey}` where the request was encrypted',
        schema: matches,
      },
    },
    handler: async ({ body }, { caller }) => {
      const enrolled = await findEnrolled(authentication.services, caller.tenant, body.list)
      const list = enrolled.map(({ createdAt, ...asked }) => ({ ...asked, createdTS: Math.floor(createdAt / 1000) }))
      return { data: { list }, plain: { list } }
    },
  })
}

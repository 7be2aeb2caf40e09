import { z } from 'zod'
import { type Route, route } from '../../../http/index.ts'
import { findEnrolments, maxEnrolmentQueries } from '../../../identity/users/find-enrolments.ts'
import type { ControlsDid } from '../../../identity/users/did-control.ts'
import type { AuthenticationContext } from '../context.ts'
import { secureChannelCodec } from '../secure-channel/secure-channel-codec.ts'

const did = z.string().min(1).max(512)
const publicKey = z.string().min(1).max(512)

const entrySchema = z
  .object({ did: did.optional(), publicKey: publicKey.optional() })
  .refine((value) => value.did !== undefined || value.publicKey !== undefined, 'Requires did or publicKey')

const matches = z.object({
  list: z.array(
    z.object({
      did: did.optional(),
      publicKey: publicKey.optional(),
      createdTS: z.number().describe('Epoch seconds'),
    }),
  ),
})

/** Finds out which of a list of DIDs and public keys are enrolled. */
export function enrollmentRoute(authentication: AuthenticationContext, controlsDid: ControlsDid): Route {
  return route({
    id: 'checkEnrollment',
    method: 'POST',
    path: '/check_enrollment',
    summary:
      'Check which of up to 1,000 DIDs and public keys are enrolled; an entry with both matches a user who has both',
    guard: authentication.guards.licence('authentication:enrollment'),
    body: {
      encoding: 'json',
      schema: z.object({ list: z.array(entrySchema).min(1).max(maxEnrolmentQueries) }),
      limit: 2 * 1024 * 1024,
    },
    idempotency: 'none',
    codec: secureChannelCodec(authentication, { plaintext: 'accepted', replies: 'match-request' }),
    replies: {
      200: {
        description: 'The enrolled entries; `{data, publicKey}` if the request was encrypted',
        schema: matches,
      },
    },
    handler: async ({ body }, _, { caller }) => {
      const enrolled = await findEnrolments(authentication.services, caller.tenant, body.list, controlsDid)
      const list = enrolled.map(({ createdAt, ...entry }) => ({ ...entry, createdTS: Math.floor(createdAt / 1000) }))
      return { data: { list }, plainBody: { list } }
    },
  })
}

import { z } from 'zod'
import type { SystemChannels } from '../../platform/secure-channel/index.ts'
import { type Route, route } from '../../http/index.ts'
import type { PaymentsApiContext } from './api-context.ts'

/** Route for the system key that callers encrypt fields to: the same key as in the authentication API. */
export function publicKeyRoute({ guards }: PaymentsApiContext, channels: SystemChannels): Route {
  return route({
    id: 'publicKey',
    method: 'GET',
    path: '/publickeys',
    summary: 'Get the public key that fields are encrypted to',
    guard: guards.public,
    replies: {
      200: {
        description: 'X and Y of the public key, concatenated, in padded base64',
        schema: z.object({ publicKey: z.string() }),
      },
    },
    handler: async (_input, { caller }) => ({
      status: 200,
      body: { publicKey: (await channels(caller.tenant)).publicKey },
    }),
  })
}

import { type Api, jsonErrorReply, jsonErrorSchema, route } from '@billfold/core/http'
import { publicGuard } from '@billfold/core/modules'
import { z } from 'zod'
import type { PasskeySettings } from './options.ts'

/**
 * The document at `https://{rpId}/.well-known/webauthn` (WebAuthn Level 3 section 5.11), as an API to mount at the root of that
 * domain.
 */
export function relatedOriginsApi(settings: PasskeySettings, tenant: string): Api {
  return {
    name: 'passkeys',
    title: 'Related origins of passkeys',
    errorReply: jsonErrorReply,
    errorSchema: jsonErrorSchema,
    routes: [
      route({
        id: 'relatedOrigins',
        method: 'GET',
        path: '/.well-known/webauthn',
        summary: 'The origins of other domains whose pages may use passkeys of this domain',
        guard: publicGuard(tenant),
        replies: { 200: { description: 'The origins', schema: z.object({ origins: z.array(z.string()) }) } },
        handler: async (_, { caller }) => ({
          status: 200,
          body: { origins: settings.relyingPartyOf(caller.tenant).relatedOrigins },
        }),
      }),
    ],
  }
}

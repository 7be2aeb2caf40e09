import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { signDidAuthToken } from '../did-wallets/did-auth/sign.ts'
import { requiredMessage } from '../vaults/wallet-config-schema.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import { createAuthorizer } from './request-auth.ts'
import type { DidsContext } from './context.ts'
import { didBodyLimit } from './schemas.ts'

const body = z.object({
  did: z.string(requiredMessage).max(128),
  act: z.string(requiredMessage).min(1).max(128).describe('The route: POST /wallet/rename'),
  bod: z
    .string(requiredMessage)
    .regex(/^[\w-]{43}$/, 'must be a SHA-256 in base64url')
    .describe('SHA-256 of the body, base64url'),
  aud: z.string().min(1).max(512).optional().describe('Defaults to the public URL of this API'),
})

/** Signs an `x-did-auth` token with the key of a wallet stored here, which cannot sign elsewhere. */
export function signTokenRoute({ services, settings, signingGuard, audience }: DidsContext): Route {
  return route({
    id: 'signDidAuth',
    idempotency: 'none',
    method: 'POST',
    path: '/wallet/auth',
    summary: "Sign an x-did-auth token with a wallet's key",
    guard: signingGuard,
    headers: signingMethodHeadersSchema,
    body: { encoding: 'json', schema: body, limit: didBodyLimit, raw: 'if-available', optional: true },
    replies: {
      200: { description: 'The token', schema: z.object({ token: z.string(), expires: z.string() }) },
      404: { description: 'Wallet not found' },
    },
    handler: async ({ body: { did, act, bod, aud = audience }, headers }, context) => {
      const actor = actorFromRequest(context)
      const authorise = createAuthorizer(services, context, actor, headers)
      const request = { did, act, bod, audience: aud }
      const { token, expiresAt } = await signDidAuthToken(services, settings, actor, request, authorise)
      return { status: 200, body: { token, expires: new Date(expiresAt).toISOString() } }
    },
  })
}

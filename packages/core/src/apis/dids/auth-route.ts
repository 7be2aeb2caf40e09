import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { signDidAuth } from '../../identities/did-auth/sign.ts'
import { missing } from '../../vaults/wallet-config-schema.ts'
import { actorOf } from '../authority.ts'
import { signingMethodHeader } from '../signing-method-header.ts'
import { authoriserOf } from './authority.ts'
import type { Dids } from './dids.ts'
import { bodyLimit } from './schemas.ts'

const body = z.object({
  did: z.string(missing).max(128),
  act: z.string(missing).min(1).max(128).describe('The route: POST /wallet/rename'),
  bod: z
    .string(missing)
    .regex(/^[\w-]{43}$/, 'must be a SHA-256 in base64url')
    .describe('SHA-256 of the body, base64url'),
  aud: z.string().min(1).max(512).optional().describe('Defaults to the public URL of this API'),
})

/** Signs an `x-did-auth` token with the key of a wallet stored here, which cannot sign elsewhere. */
export function authRoute({ services, settings, signing, audience }: Dids): Route {
  return route({
    id: 'signDidAuth',
    idempotency: 'none',
    method: 'POST',
    path: '/wallet/auth',
    summary: "Sign an x-did-auth token with a wallet's key",
    guard: signing,
    headers: signingMethodHeader,
    body: { encoding: 'json', schema: body, limit: bodyLimit, raw: 'when-kept', optional: true },
    replies: {
      200: { description: 'The token', schema: z.object({ token: z.string(), expires: z.string() }) },
      404: { description: 'Wallet not found' },
    },
    handler: async ({ body: { did, act, bod, aud = audience }, headers }, context) => {
      const actor = actorOf(context)
      const authorise = authoriserOf(services, context, actor, headers)
      const request = { did, act, bod, audience: aud }
      const { token, expiresAt } = await signDidAuth(services, settings, actor, request, authorise)
      return { status: 200, body: { token, expires: new Date(expiresAt).toISOString() } }
    },
  })
}

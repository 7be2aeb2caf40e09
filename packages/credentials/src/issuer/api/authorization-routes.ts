import type { Actor } from '@billfold/core/modules'
import { publicGuard, actorFromRequest } from '@billfold/core/modules'
import { type Guard, type RateLimit, type RequestContext, type Route, route } from '@billfold/core/http'
import { z } from 'zod'
import { authenticateClient } from '../oauth/authenticate-client.ts'
import { type DpopProof, verifyDpopProof } from '../oauth/dpop.ts'
import { pushAuthorizationRequest, pushFormSchema } from '../oauth/push-request.ts'
import { redeemCode } from '../oauth/redeem-code.ts'
import { redeemOffer } from '../oauth/redeem-offer.ts'
import { refreshGrant } from '../oauth/refresh.ts'
import type { TokenReply } from '../oauth/access-tokens.ts'
import { tokenFormSchema, type TokenRequest } from '../oauth/token-request.ts'
import { preAuthorizedGrant } from '../offers/offer-object.ts'
import type { IssuerContext } from '../settings.ts'
import { wireError } from '../wire-errors.ts'
import { dpopNonceHeader } from './dpop-nonce-header.ts'

const perMinute = (limit: number): readonly RateLimit[] => [{ by: 'ip', limit, windowSeconds: 60 }]
const formLimit = 64 * 1024

/** Routes of the authorization server: PAR, token, nonce. */
export function authorizationRoutes(context: IssuerContext): readonly Route[] {
  const guard = dpopOfferGuard(context)
  return [
    route({
      id: 'pushAuthorizationRequest',
      method: 'POST',
      path: '/par',
      summary: 'Push an authorization request (RFC 9126)',
      idempotency: 'custom',
      guard,
      limits: perMinute(120),
      body: { encoding: 'form', schema: pushFormSchema, limit: formLimit },
      replies: { 201: { description: 'The request_uri, for a minute' } },
      handler: async ({ body }, request) => {
        const proof = await verifyDpopProof(context, toProvenRequest(request))
        const client = await authenticateClient(context, request.headers, body.client_id)
        const pushed = await pushAuthorizationRequest(context, body, client, proof)
        return { status: 201, headers: await dpopNonceHeader(context), body: pushed }
      },
    }),
    route({
      id: 'requestToken',
      method: 'POST',
      path: '/token',
      summary: 'Exchange a code or a refresh token for an access token (OpenID4VCI section 6)',
      idempotency: 'custom',
      guard,
      limits: perMinute(120),
      body: { encoding: 'form', schema: tokenFormSchema, limit: formLimit },
      replies: { 200: { description: 'The access token' } },
      handler: async ({ body: form }, request) => {
        const proof = await verifyDpopProof(context, toProvenRequest(request))
        assertBinding(context, proof)
        const client = await authenticateClient(context, request.headers, form.client_id)
        const body = await grantToken(context, actorFromRequest(request), { form, proof, client })
        return { status: 200, headers: await dpopNonceHeader(context), body }
      },
    }),
    route({
      id: 'createNonce',
      method: 'POST',
      path: '/nonce',
      summary: 'Get a nonce for key proofs (OpenID4VCI section 7)',
      idempotency: 'custom',
      guard,
      limits: perMinute(120),
      replies: { 200: { description: 'The nonce', schema: z.object({ c_nonce: z.string() }) } },
      handler: async () => ({
        status: 200,
        headers: await dpopNonceHeader(context),
        body: { c_nonce: await context.nonces.create('credential nonce') },
      }),
    }),
  ]
}

function grantToken(context: IssuerContext, actor: Actor, request: TokenRequest): Promise<TokenReply> {
  const { grant_type: type } = request.form
  if (type === preAuthorizedGrant) return redeemOffer(context, actor, request)
  if (type === 'refresh_token') return refreshGrant(context, request)
  if (type === 'authorization_code' && context.settings.authorize !== undefined)
    return redeemCode(context, actor, request)
  throw wireError('oauth.unsupported-grant-type')
}

function assertBinding({ settings }: IssuerContext, proof: DpopProof | undefined): void {
  if (proof !== undefined || settings.bearerTokens) return
  throw wireError(settings.dpop === 'nonce' ? 'oauth.use-dpop-nonce' : 'oauth.invalid-dpop-proof')
}

function toProvenRequest({ method, target, headers }: RequestContext) {
  return { method, path: target.split('?', 1)[0] ?? '', headers }
}

/** A public guard that loads the nonce which replies offer, so that errors can offer it too. */
function dpopOfferGuard({ tenant, nonces }: IssuerContext): Guard {
  const guard = publicGuard(tenant)
  return {
    ...guard,
    admit: async (request) => {
      await nonces.loadDpopNonce()
      return guard.admit(request)
    },
  }
}

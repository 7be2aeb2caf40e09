import type { Actor } from '@billfold/core/modules'
import { publicGuard, actorFromRequest } from '@billfold/core/modules'
import { type Guard, type RateLimit, type RequestContext, type Route, route } from '@billfold/core/http'
import { z } from 'zod'
import { accessTokenGuard, toGrantCaller } from '../oauth/access-tokens.ts'
import { authenticateClient } from '../oauth/authenticate-client.ts'
import { type DpopProof, verifyDpopProof } from '../oauth/dpop.ts'
import { pushAuthorizationRequest, pushFormSchema } from '../oauth/push-request.ts'
import { redeemCode } from '../oauth/redeem-code.ts'
import { redeemOffer } from '../oauth/redeem-offer.ts'
import { refreshGrant } from '../oauth/refresh.ts'
import type { TokenReply } from '../oauth/access-tokens.ts'
import { tokenFormSchema, type TokenRequest } from '../oauth/token-request.ts'
import { requestDeferredCredential } from '../issuance/defer-credential.ts'
import { notificationSchema, recordNotification } from '../issuance/record-notification.ts'
import { credentialRequestSchema, requestCredential } from '../issuance/request-credential.ts'
import { requestEncryption } from '../issuance/request-encryption.ts'
import { preAuthorizedGrant } from '../offers/offer-object.ts'
import type { IssuerContext } from '../settings.ts'
import { wireError } from '../wire-errors.ts'

const perMinute = (limit: number): readonly RateLimit[] => [{ by: 'ip', limit, windowSeconds: 60 }]
const formLimit = 64 * 1024
const requestLimit = 512 * 1024

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

/** Routes of the credential issuer, with an access token. */
export function credentialRoutes(context: IssuerContext): readonly Route[] {
  const guard = accessTokenGuard(context)
  const limits: readonly RateLimit[] = [{ by: 'caller', limit: 120, windowSeconds: 3600 }]
  const codec = requestEncryption(context)
  return [
    route({
      id: 'requestCredential',
      method: 'POST',
      path: '/credential',
      summary: 'Request credentials (OpenID4VCI section 8)',
      idempotency: 'custom',
      guard,
      limits,
      body: { encoding: 'json', schema: credentialRequestSchema, limit: requestLimit, jwt: true },
      codec,
      replies: { 200: { description: 'The credentials' }, 202: { description: 'They come later' } },
      handler: async ({ body }, request) => {
        const caller = toGrantCaller(request.caller)
        const reply = await requestCredential(context, actorFromRequest(request), caller, body)
        return { ...reply, headers: await dpopNonceHeader(context) }
      },
    }),
    route({
      id: 'requestDeferredCredential',
      method: 'POST',
      path: '/deferred_credential',
      summary: 'Ask again for credentials that come later (OpenID4VCI section 9)',
      idempotency: 'custom',
      guard,
      limits,
      body: {
        encoding: 'json',
        schema: z.object({
          transaction_id: z.string().min(1).max(256),
          credential_response_encryption: z.unknown().optional(),
        }),
        limit: formLimit,
        jwt: true,
      },
      codec,
      replies: { 200: { description: 'The credentials' }, 202: { description: 'They still come later' } },
      handler: async ({ body }, request) => {
        const caller = toGrantCaller(request.caller)
        const actor = actorFromRequest(request)
        const reply = await requestDeferredCredential(context, actor, caller, body.transaction_id)
        return { ...reply, headers: await dpopNonceHeader(context) }
      },
    }),
    route({
      id: 'notifyIssuer',
      method: 'POST',
      path: '/notification',
      summary: 'Report what became of credentials (OpenID4VCI section 11)',
      idempotency: 'custom',
      guard,
      limits,
      body: { encoding: 'json', schema: notificationSchema, limit: formLimit },
      replies: { 204: { description: 'Recorded' } },
      handler: async ({ body }, request) => {
        await recordNotification(context, actorFromRequest(request), toGrantCaller(request.caller), body)
        return { status: 204, headers: await dpopNonceHeader(context) }
      },
    }),
  ]
}

function grantToken(context: IssuerContext, actor: Actor, request: TokenRequest): Promise<TokenReply> {
  const { grant_type: type } = request.form
  if (type === preAuthorizedGrant) return redeemOffer(context, actor, request)
  if (type === 'refresh_token') return refreshGrant(context, request)
  if (type === 'authorization_code' && context.settings.authorize !== undefined) return redeemCode(context, request)
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

async function dpopNonceHeader({ nonces }: IssuerContext): Promise<Readonly<Record<string, string>>> {
  return { 'dpop-nonce': await nonces.loadDpopNonce() }
}

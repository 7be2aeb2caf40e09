import { type Guard, type RateLimit, type Route, route } from '@billfold/core/http'
import { actorFromRequest } from '@billfold/core/modules'
import { z } from 'zod'
import { requestDeferredCredential } from '../issuance/defer-credential.ts'
import { notificationSchema, recordNotification } from '../issuance/record-notification.ts'
import { credentialRequestSchema, requestCredential } from '../issuance/request-credential.ts'
import { requestEncryption } from '../issuance/request-encryption.ts'
import { accessTokenGuard, toGrantCaller } from '../oauth/access-tokens.ts'
import type { IssuerContext } from '../settings.ts'
import { dpopNonceHeader } from './dpop-nonce-header.ts'

/** By grant. */
const limits: readonly RateLimit[] = [{ by: 'caller', limit: 120, windowSeconds: 3600 }]
const requestLimit = 512 * 1024
const shortLimit = 64 * 1024

/** Routes of the credential issuer, with an access token. */
export function credentialRoutes(context: IssuerContext): readonly Route[] {
  const guard = accessTokenGuard(context)
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
        limit: shortLimit,
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
    notificationRoute(context, guard),
  ]
}

function notificationRoute(context: IssuerContext, guard: Guard): Route {
  return route({
    id: 'notifyIssuer',
    method: 'POST',
    path: '/notification',
    summary: 'Report the outcome of credentials (OpenID4VCI section 11)',
    idempotency: 'custom',
    guard,
    limits,
    body: { encoding: 'json', schema: notificationSchema, limit: shortLimit },
    replies: { 204: { description: 'Recorded' } },
    handler: async ({ body }, request) => {
      await recordNotification(context, actorFromRequest(request), toGrantCaller(request.caller), body)
      return { status: 204, headers: await dpopNonceHeader(context) }
    },
  })
}

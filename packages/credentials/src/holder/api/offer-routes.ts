import { type Route, route } from '@billfold/core/http'
import { signingMethodHeadersSchema } from '@billfold/core/modules'
import { z } from 'zod'
import { acceptOffer, declineOffer, returnToOffer } from '../receive/accept-offer.ts'
import { resolveOffer } from '../receive/resolve-offer.ts'
import type { HolderContext } from '../settings.ts'
import { roleKeyGuard } from '../../role-key-guard.ts'
import { objectParams, proveUser, userParams } from './holder-route.ts'

const acceptBody = z.object({
  credentials: z.array(z.string().max(256)).min(1).max(100).optional(),
  txCode: z.string().min(1).max(64).optional(),
  acceptUntrusted: z.boolean().optional(),
})

const path = z.array(z.union([z.string(), z.number(), z.null()]))
const offerReply = z.object({
  id: z.string(),
  issuer: z.object({
    id: z.string(),
    name: z.string().describe('The name that a trust anchor certifies, otherwise the host'),
    claimedName: z.string().optional().describe('What the issuer calls itself'),
    trusted: z.boolean(),
  }),
  credentials: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      format: z.string(),
      display: z.array(z.unknown()),
      claims: z.array(path),
    }),
  ),
  grants: z.array(z.string()),
  txCode: z.record(z.string(), z.unknown()).optional(),
  expiresAt: z.number(),
})
const acceptedReply = z.object({
  credentials: z.array(z.string()),
  pending: z.boolean(),
  authorizationUrl: z.string().optional(),
})

const replies = { 200: { description: 'The outcome', schema: acceptedReply }, 404: { description: 'No open offer' } }

/** Routes for Credential Offers of a user. */
export function offerRoutes(context: HolderContext): readonly Route[] {
  const guard = roleKeyGuard(context, 'holder')
  return [
    route({
      id: 'resolveOffer',
      method: 'POST',
      path: '/users/:userId/offers',
      summary: 'Resolve a credential offer and its issuer',
      guard,
      params: userParams,
      body: { encoding: 'json', schema: z.object({ offer: z.string().min(1).max(16_384) }), limit: 64 * 1024 },
      replies: { 200: { description: 'The offer', schema: offerReply } },
      handler: async ({ params, body }) => {
        return { status: 200, body: await resolveOffer(context, params.userId, body.offer) }
      },
    }),
    route({
      id: 'acceptOffer',
      method: 'POST',
      path: '/users/:userId/offers/:id/accept',
      summary: 'Take the credentials of an offer, with a signing method',
      guard,
      params: objectParams,
      headers: signingMethodHeadersSchema,
      body: { encoding: 'json', schema: acceptBody, limit: 64 * 1024, raw: 'if-available' },
      replies,
      handler: async ({ params, body, headers }, request) => {
        const user = await proveUser(context, request, params.userId, headers)
        const { credentials, txCode, acceptUntrusted } = body
        const input = {
          ...(credentials !== undefined && { credentials }),
          ...(txCode !== undefined && { txCode }),
          ...(acceptUntrusted !== undefined && { acceptUntrusted }),
        }
        return { status: 200, body: await acceptOffer(context, user, params.id, input) }
      },
    }),
    returnRoute(context),
    route({
      id: 'declineOffer',
      method: 'DELETE',
      path: '/users/:userId/offers/:id',
      summary: 'Decline an offer, without a message to its issuer',
      guard,
      params: objectParams,
      replies: { 204: { description: 'Declined' }, 404: { description: 'No open offer' } },
      handler: async ({ params }) => {
        await declineOffer(context, params.userId, params.id)
        return { status: 204 }
      },
    }),
  ]
}

function returnRoute(context: HolderContext): Route {
  return route({
    id: 'returnToOffer',
    method: 'POST',
    path: '/users/:userId/offers/:id/return',
    summary: 'Go on after the authorization page of the issuer, with a signing method',
    guard: roleKeyGuard(context, 'holder'),
    params: objectParams,
    headers: signingMethodHeadersSchema,
    body: {
      encoding: 'json',
      schema: z.object({ url: z.string().min(1).max(16_384) }),
      limit: 64 * 1024,
      raw: 'if-available',
    },
    replies,
    handler: async ({ params, body, headers }, request) => {
      const user = await proveUser(context, request, params.userId, headers)
      return { status: 200, body: await returnToOffer(context, user, params.id, body.url) }
    },
  })
}

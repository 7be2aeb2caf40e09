import type { Reply, RequestContext, Route } from '@billfold/core/http'
import { route } from '@billfold/core/http'
import { actorFromRequest, publicGuard } from '@billfold/core/modules'
import { z } from 'zod'
import type { VerifierContext } from '../context.ts'
import { openRequestBody } from '../requests/request-body.ts'
import { signRequestObject } from '../requests/request-object.ts'
import { findOpenRequest, type Settlement, settleRequest } from '../responses/settle.ts'

const params = z.object({ ref: z.string().min(1).max(64) })
const limits = [{ by: 'ip', limit: 60, windowSeconds: 60 }] as const
const maxResponseBytes = 1024 * 1024

const invalidRequest: Reply = { status: 400, body: { error: 'invalid_request' } }
const unavailable: Reply = {
  status: 503,
  headers: { 'retry-after': '10' },
  body: { error: 'temporarily_unavailable' },
}

const wireError = z.object({ error: z.string() })

const responseParameters = z.object({
  response: z.string().max(maxResponseBytes).optional(),
  vp_token: z.string().max(maxResponseBytes).optional(),
  state: z.string().max(256).optional(),
  error: z.string().max(256).optional(),
})

/** The ids of the routes whose errors are those of the standard. */
export const wireRouteIds: ReadonlySet<string> = new Set([
  'getRequestObject',
  'postRequestObject',
  'postResponse',
  'postApiResponse',
])

/** The routes for wallets: the Request Object, and the response to it. */
export function walletRoutes(context: VerifierContext): readonly Route[] {
  const guard = publicGuard(context.tenant)
  const replies = {
    200: { description: 'The Request Object, application/oauth-authz-req+jwt' },
    404: { description: 'There is no such request, or it is over', schema: wireError },
  }
  return [
    route({
      id: 'getRequestObject',
      method: 'GET',
      path: '/requests/:ref/object',
      summary: 'Get the signed Request Object (RFC 9101)',
      guard,
      limits,
      params,
      replies,
      handler: ({ params: { ref } }) => replyWithObject(context, ref),
    }),
    route({
      id: 'postRequestObject',
      method: 'POST',
      path: '/requests/:ref/object',
      summary: "Get the signed Request Object with the wallet's nonce (OpenID4VP 1.0 section 5.10)",
      guard,
      limits,
      params,
      idempotency: 'none',
      body: {
        encoding: 'form',
        schema: z.object({ wallet_nonce: z.string().min(1).max(256).optional() }),
        limit: 64 * 1024,
        optional: true,
      },
      replies,
      handler: ({ params: { ref }, body }) => replyWithObject(context, ref, body.wallet_nonce),
    }),
    route({
      id: 'postResponse',
      method: 'POST',
      path: '/responses/:ref',
      summary: 'Respond to a request (OpenID4VP 1.0 section 8.2)',
      guard,
      limits,
      params,
      idempotency: 'custom',
      body: { encoding: 'form', schema: responseParameters, limit: maxResponseBytes },
      replies: {
        200: {
          description: 'Received; the user continues at redirect_uri, if there is one',
          schema: z.object({ redirect_uri: z.string().optional() }),
        },
        400: { description: 'Refused, without a reason', schema: wireError },
        503: { description: 'A status list cannot be fetched now', schema: wireError },
      },
      handler: ({ params: { ref }, body }, request) => receiveResponse(context, ref, body, request),
    }),
    apiResponseRoute(context),
  ]
}

async function replyWithObject(context: VerifierContext, ref: string, walletNonce?: string): Promise<Reply> {
  const row = await findOpenRequest(context, ref)
  const body = row && (await openRequestBody(context.services, row))
  // Over the Digital Credentials API the page passes the request itself.
  // One that is not signed is in its link.
  if (body === undefined || body.origin !== undefined || !body.isSigned)
    return { status: 404, body: { error: 'invalid_request' } }
  const object = await signRequestObject(context.settings, body, walletNonce)
  return { status: 200, headers: { 'content-type': 'application/oauth-authz-req+jwt' }, body: object }
}

async function receiveResponse(
  context: VerifierContext,
  ref: string,
  parameters: z.output<typeof responseParameters>,
  request: RequestContext,
): Promise<Reply> {
  const row = await findOpenRequest(context, ref)
  if (row === undefined || row.flow === 'dc-api') return invalidRequest
  const settlement = await settleRequest(context, actorFromRequest(request), row, parameters)
  if (settlement.outcome !== 'verified' && settlement.outcome !== 'declined') return toRejection(settlement)
  const { redirectUri } = context.settings
  if (row.flow !== 'same-device' || redirectUri === undefined) return { status: 200, body: {} }
  const target = new URL(redirectUri)
  target.searchParams.set('response_code', settlement.responseCode)
  return { status: 200, body: { redirect_uri: target.href } }
}

function toRejection({ outcome }: Settlement): Reply {
  return outcome === 'unavailable' ? unavailable : invalidRequest
}

const apiResponse = z.object({
  protocol: z.enum(['openid4vp-v1-signed', 'openid4vp-v1-unsigned']),
  data: z.object({
    response: z.string().max(maxResponseBytes).optional(),
    vp_token: z.record(z.string().max(64), z.unknown()).optional(),
    error: z.string().max(256).optional(),
  }),
})

/** The page's own request: its origin must be the one that the request was made for. */
function apiResponseRoute(context: VerifierContext): Route {
  return route({
    id: 'postApiResponse',
    method: 'POST',
    path: '/requests/:ref/dc-api',
    summary: 'Pass on what the Digital Credentials API gave to the page (OpenID4VP 1.0 appendix A)',
    guard: publicGuard(context.tenant),
    limits,
    params,
    idempotency: 'custom',
    body: { encoding: 'json', schema: apiResponse, limit: maxResponseBytes },
    replies: {
      200: { description: 'Received', schema: z.object({ status: z.enum(['verified', 'declined']) }) },
      400: { description: 'Refused, without a reason', schema: wireError },
      503: { description: 'A status list cannot be fetched now', schema: wireError },
    },
    handler: async ({ params: { ref }, body }, request) => {
      const row = await findOpenRequest(context, ref)
      if (row?.flow !== 'dc-api') return invalidRequest
      const { origin } = await openRequestBody(context.services, row)
      if (request.headers['origin'] !== origin) return invalidRequest
      const settlement = await settleRequest(context, actorFromRequest(request), row, body.data)
      if (settlement.outcome !== 'verified' && settlement.outcome !== 'declined') return toRejection(settlement)
      return { status: 200, body: { status: settlement.outcome } }
    },
  })
}

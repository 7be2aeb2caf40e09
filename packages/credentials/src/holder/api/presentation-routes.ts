import { type Route, route } from '@billfold/core/http'
import { signingMethodHeadersSchema } from '@billfold/core/modules'
import { z } from 'zod'
import { openDisclosedValues, prepareConsent } from '../present/consent.ts'
import { declineRequest, present } from '../present/present.ts'
import { listPresentations } from '../present/presentation-log.ts'
import { receiveRequest } from '../present/receive-request.ts'
import type { HolderContext } from '../settings.ts'
import { roleKeyGuard } from '../../role-key-guard.ts'
import { objectParams, proveUser, userParams } from './holder-route.ts'

const requestBody = z.union([
  z.strictObject({ uri: z.string().min(1).max(8192) }),
  z.strictObject({
    dcApi: z.object({ protocol: z.string().max(64), data: z.unknown(), origin: z.string().max(2048) }),
  }),
])
const choice = z.record(z.string().max(64), z.string().max(36))
const path = z.array(z.union([z.string(), z.number(), z.null()]))
const shownReply = z.object({
  id: z.string(),
  verifier: z.object({
    id: z.string(),
    name: z.string().describe('The name that the trust anchor certifies'),
    claimedName: z.string().optional().describe('What the verifier calls itself'),
  }),
  purpose: z.array(z.string()),
  transactionData: z.array(z.object({ type: z.string(), content: z.unknown() })),
  options: z.array(
    z.object({
      query: z.string(),
      required: z.boolean(),
      candidates: z.array(z.object({ credential: z.string(), claims: z.array(path), always: z.array(z.string()) })),
    }),
  ),
  expiresAt: z.number(),
})
const consentReply = z.object({
  consent: z.string(),
  disclosed: z.array(
    z.object({ query: z.string(), credential: z.string(), claims: z.array(path), always: z.array(z.string()) }),
  ),
  values: z.array(z.object({ query: z.string(), values: z.array(z.object({ path, value: z.unknown() })) })).optional(),
})
const presentedReply = z.object({
  redirectUri: z.string().optional(),
  response: z.object({ protocol: z.string(), data: z.record(z.string(), z.unknown()) }).optional(),
})

/** Routes for the requests of verifiers. */
export function presentationRoutes(context: HolderContext): readonly Route[] {
  const guard = roleKeyGuard(context, 'holder')
  return [
    receiveRoute(context),
    consentRoute(context),
    presentRoute(context),
    route({
      id: 'declineRequest',
      method: 'POST',
      path: '/users/:userId/requests/:id/decline',
      summary: 'Decline a request: access_denied to the verifier, whatever the reason is',
      guard,
      params: objectParams,
      idempotency: 'none',
      replies: { 204: { description: 'Declined' }, 404: { description: 'There is no such request that is open' } },
      handler: async ({ params }) => {
        await declineRequest(context, params.userId, params.id)
        return { status: 204 }
      },
    }),
    route({
      id: 'listPresentations',
      method: 'GET',
      path: '/users/:userId/presentations',
      summary: 'List what a user has presented to whom, newest first',
      guard,
      params: userParams,
      query: z.object({ after: z.string().max(36).optional() }),
      replies: { 200: { description: 'A page of 100' } },
      handler: async ({ params, query }) => {
        return { status: 200, body: { presentations: await listPresentations(context, params.userId, query.after) } }
      },
    }),
  ]
}

function consentRoute(context: HolderContext): Route {
  return route({
    id: 'prepareConsent',
    method: 'POST',
    path: '/users/:userId/requests/:id/consent',
    summary: 'The very list of what would be sent, and its hash; with a signing method the values as well',
    guard: roleKeyGuard(context, 'holder'),
    params: objectParams,
    headers: signingMethodHeadersSchema,
    body: { encoding: 'json', schema: z.object({ choice }), limit: 64 * 1024, raw: 'if-available' },
    idempotency: 'none',
    secretReply: true,
    replies: { 200: { description: 'What the user agrees to', schema: consentReply } },
    handler: async ({ params, body, headers }, request) => {
      const hasMethod = Object.values(headers).some((value) => value !== undefined)
      const user = hasMethod ? await proveUser(context, request, params.userId, headers) : undefined
      const prepared = await prepareConsent(context, params.userId, params.id, body.choice)
      const { consent, disclosed } = prepared
      if (user === undefined) return { status: 200, body: { consent, disclosed } }
      const values = await openDisclosedValues(context, params.userId, prepared, user.authorized)
      return { status: 200, body: { consent, disclosed, values } }
    },
  })
}

function presentRoute(context: HolderContext): Route {
  return route({
    id: 'present',
    method: 'POST',
    path: '/users/:userId/requests/:id/present',
    summary: 'Present what the user agreed to, with a signing method',
    guard: roleKeyGuard(context, 'holder'),
    params: objectParams,
    headers: signingMethodHeadersSchema,
    body: {
      encoding: 'json',
      schema: z.object({ choice, consent: z.string().min(1).max(64), reuse: z.boolean().optional() }),
      limit: 64 * 1024,
      raw: 'if-available',
    },
    secretReply: true,
    replies: {
      200: { description: 'Presented', schema: presentedReply },
      409: { description: 'What would be sent is not what was agreed to, or the verifier refused' },
    },
    handler: async ({ params, body, headers }, request) => {
      const user = await proveUser(context, request, params.userId, headers)
      const { reuse = false, ...agreed } = body
      return { status: 200, body: await present(context, user, params.id, { ...agreed, reuse }) }
    },
  })
}

function receiveRoute(context: HolderContext): Route {
  return route({
    id: 'receiveRequest',
    method: 'POST',
    path: '/users/:userId/requests',
    summary: 'Fetch and authenticate the request of a verifier',
    guard: roleKeyGuard(context, 'holder'),
    params: userParams,
    body: { encoding: 'json', schema: requestBody, limit: 1024 * 1024 },
    replies: {
      200: { description: 'Who asks for what', schema: shownReply },
      409: { description: 'The request was received before, or the user has 50 open requests' },
    },
    handler: async ({ params, body }) => {
      return { status: 200, body: await receiveRequest(context, params.userId, body) }
    },
  })
}

import { type Route, route } from '@billfold/core/http'
import { actorFromRequest } from '@billfold/core/modules'
import { z } from 'zod'
import { issuerError } from '../issuer-error.ts'
import { createOffer } from '../offers/create-offer.ts'
import { endOffer } from '../offers/find-offer.ts'
import type { IssuerContext } from '../settings.ts'
import { changeStatus } from '../status/change-status.ts'
import { listInstances, toIssuedCredential } from '../status/list-instances.ts'
import { roleKeyGuard } from '../../role-key-guard.ts'

const id = z.string().min(1).max(36)

const txCode = z.union([
  z.boolean(),
  z.object({
    length: z.int().min(4).max(12).optional(),
    inputMode: z.enum(['numeric', 'text']).optional(),
    description: z.string().max(300).optional(),
    delivery: z.enum(['host', 'notifier']).optional(),
  }),
])

const offerBody = z.object({
  type: z.string().min(1).max(64),
  subject: z.union([z.strictObject({ userId: id }), z.strictObject({ applicationId: id })]).optional(),
  claims: z.record(z.string(), z.unknown()).optional(),
  grants: z
    .array(z.enum(['pre-authorized_code', 'authorization_code']))
    .min(1)
    .max(2)
    .optional(),
  txCode: txCode.optional(),
  expiresIn: z.int().min(1).max(604_800).optional(),
  formats: z
    .array(z.enum(['sd-jwt', 'mdoc']))
    .min(1)
    .max(2)
    .optional(),
  by: z.enum(['reference', 'value']).optional(),
})

const offerReply = z.object({
  id: z.string(),
  uri: z.string(),
  haipUri: z.string(),
  txCode: z.string().optional(),
  expiresAt: z.iso.datetime(),
})

const credentialReply = z.object({
  id: z.string(),
  type: z.string(),
  format: z.string(),
  userId: z.string().optional(),
  applicationId: z.string().optional(),
  status: z.enum(['valid', 'suspended', 'revoked']),
  event: z.string().optional(),
  createdAt: z.number(),
  expiresAt: z.number(),
})

/** The routes for service keys with the scope `issuer`. */
export function serviceRoutes(context: IssuerContext): readonly Route[] {
  const guard = roleKeyGuard(context, 'issuer')
  return [
    route({
      id: 'createOffer',
      method: 'POST',
      path: '/offers',
      summary: 'Offer a credential',
      guard,
      body: { encoding: 'json', schema: offerBody, limit: 256 * 1024 },
      secretReply: true,
      replies: { 201: { description: 'The offer; its transaction code is not shown again', schema: offerReply } },
      handler: async ({ body: { type: typeId, ...input } }, request) => {
        const type = context.settings.types.get(typeId)
        if (type === undefined) throw issuerError('credential-type.not-found')
        const defined = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
        const offer = await createOffer(context, actorFromRequest(request), type, defined)
        return { status: 201, body: { ...offer, expiresAt: new Date(offer.expiresAt).toISOString() } }
      },
    }),
    route({
      id: 'endOffer',
      method: 'DELETE',
      path: '/offers/:offerId',
      summary: 'End an open offer',
      guard,
      params: z.object({ offerId: id }),
      replies: { 204: { description: 'Ended' }, 404: { description: 'There is no such offer that is open' } },
      handler: async ({ params }, request) => {
        await endOffer(context, actorFromRequest(request), params.offerId)
        return { status: 204 }
      },
    }),
    ...instanceRoutes(context),
  ]
}

function instanceRoutes(context: IssuerContext): readonly Route[] {
  const guard = roleKeyGuard(context, 'issuer')
  return [
    route({
      id: 'listIssuedCredentials',
      method: 'GET',
      path: '/credentials',
      summary: 'List issued credentials by user, application or type, oldest first',
      guard,
      query: z.object({
        userId: id.optional(),
        applicationId: id.optional(),
        type: z.string().max(32).optional(),
        after: id.optional(),
        limit: z.coerce.number().int().min(1).max(200).optional(),
      }),
      replies: { 200: { description: 'A page', schema: z.object({ credentials: z.array(credentialReply) }) } },
      handler: async ({ query }) => ({ status: 200, body: { credentials: await listInstances(context, query) } }),
    }),
    route({
      id: 'changeCredentialStatus',
      method: 'POST',
      path: '/credentials/:credentialId/status',
      summary: 'Suspend, restore or revoke a credential',
      guard,
      params: z.object({ credentialId: id }),
      body: {
        encoding: 'json',
        schema: z.object({
          status: z.enum(['valid', 'suspended', 'revoked']),
          reason: z.string().max(200).optional(),
        }),
        limit: 4096,
      },
      replies: {
        200: { description: 'Changed', schema: credentialReply },
        404: { description: 'There is no such credential' },
        409: { description: 'The credential is revoked, or has no status' },
      },
      handler: async ({ params, body: { status, reason } }, request) => {
        const change = { status, ...(reason !== undefined && { reason }) }
        const row = await changeStatus(context, actorFromRequest(request), params.credentialId, change)
        return { status: 200, body: toIssuedCredential(row) }
      },
    }),
  ]
}

import { type Route, route } from '@billfold/core/http'
import { signingMethodHeadersSchema } from '@billfold/core/modules'
import { z } from 'zod'
import { toHeldCredential } from '../credentials/credential-description.ts'
import {
  forgetCredential,
  getCredentialRow,
  listHeldCredentials,
  openCredential,
} from '../credentials/held-credentials.ts'
import type { HolderContext } from '../settings.ts'
import { roleKeyGuard } from '../../role-key-guard.ts'
import { objectParams, proveUser, userParams } from './holder-route.ts'

const credentialReply = z.object({
  id: z.string(),
  format: z.string(),
  type: z.string(),
  issuer: z.object({ id: z.string(), name: z.string() }),
  display: z.array(z.record(z.string(), z.unknown())),
  claims: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
  instancesLeft: z.number(),
  createdAt: z.number(),
  expiresAt: z.number(),
})

/** Routes for the credentials of a user. */
export function credentialRoutes(context: HolderContext): readonly Route[] {
  const guard = roleKeyGuard(context, 'holder')
  const notFound = { description: 'There is no such credential' }
  return [
    route({
      id: 'listCredentials',
      method: 'GET',
      path: '/users/:userId/credentials',
      summary: 'List the credentials of a user, without values',
      guard,
      params: userParams,
      replies: { 200: { description: 'All', schema: z.object({ credentials: z.array(credentialReply) }) } },
      handler: async ({ params }) => {
        return { status: 200, body: { credentials: await listHeldCredentials(context, params.userId) } }
      },
    }),
    route({
      id: 'getCredential',
      method: 'GET',
      path: '/users/:userId/credentials/:id',
      summary: 'Get a credential, without values',
      guard,
      params: objectParams,
      replies: { 200: { description: 'The credential', schema: credentialReply }, 404: notFound },
      handler: async ({ params }) => {
        const row = await getCredentialRow(context, params.userId, params.id)
        return { status: 200, body: await toHeldCredential(context, row) }
      },
    }),
    openRoute(context),
    route({
      id: 'forgetCredential',
      method: 'DELETE',
      path: '/users/:userId/credentials/:id',
      summary: 'Delete a credential with all its instances, with a signing method',
      guard,
      params: objectParams,
      headers: signingMethodHeadersSchema,
      replies: { 204: { description: 'Deleted' }, 404: notFound },
      handler: async ({ params, headers }, request) => {
        const { actor, authorized } = await proveUser(context, request, params.userId, headers, 'without body')
        await forgetCredential(context, actor, params.userId, params.id, authorized)
        return { status: 204 }
      },
    }),
  ]
}

function openRoute(context: HolderContext): Route {
  const notFound = { description: 'There is no such credential' }
  return route({
    id: 'openCredential',
    method: 'POST',
    path: '/users/:userId/credentials/:id/open',
    summary: 'Show the values of a credential, with a signing method',
    guard: roleKeyGuard(context, 'holder'),
    params: objectParams,
    headers: signingMethodHeadersSchema,
    body: { encoding: 'json', schema: z.object({}), limit: 1024, optional: true, raw: 'if-available' },
    idempotency: 'none',
    secretReply: true,
    replies: {
      200: { description: 'The claims', schema: z.object({ claims: z.record(z.string(), z.unknown()) }) },
      404: notFound,
    },
    handler: async ({ params, headers }, request) => {
      const { authorized } = await proveUser(context, request, params.userId, headers)
      return { status: 200, body: { claims: await openCredential(context, params.userId, params.id, authorized) } }
    },
  })
}

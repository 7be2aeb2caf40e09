import { BillfoldError, type Billfold } from '@billfold/core'
import { type Guard, type Route, route } from '@billfold/core/http'
import { z } from 'zod'
import { actor, tenantOf } from './administrator-of.ts'

const keyParams = z.object({ keyId: z.string().min(1).max(64) })
const secret = { 200: { description: 'The key with its secret', schema: z.looseObject({}) } }
const unknown = { 404: { description: 'There is no such key, or it is revoked' } }

/** List, create, reset and revoke service keys. A secret is in the reply that creates it, and nowhere else. */
export function serviceKeyRoutes(billfold: Billfold, guard: Guard): readonly Route[] {
  const scopes = { '*': 'Every scope of every API', ...billfold.serviceKeyScopes }
  return [
    route({
      id: 'listServiceKeys',
      method: 'GET',
      path: '/api/service-keys',
      summary: 'The service keys that are not revoked, oldest first, and the scopes that a new one can have',
      guard,
      replies: { 200: { description: 'The keys, without secrets', schema: z.looseObject({}) } },
      handler: async (_, { caller }) => ({
        status: 200,
        body: { items: await billfold.serviceKeys.list(tenantOf(caller)), scopes },
      }),
    }),
    route({
      id: 'createServiceKey',
      method: 'POST',
      path: '/api/service-keys',
      summary: 'Create a service key',
      guard,
      idempotency: 'none',
      body: {
        encoding: 'json',
        limit: 16 * 1024,
        schema: z.object({
          tag: z.string().trim().min(1).max(128),
          scopes: z.array(z.string().max(64)).min(1).max(32),
        }),
      },
      replies: secret,
      handler: async ({ body }, { caller }) => {
        assertKnown(body.scopes, scopes)
        const tenant = tenantOf(caller)
        const input = { ...body, ...(tenant !== undefined && { tenant }) }
        return { status: 200, body: await billfold.serviceKeys.create(input, { by: actor(caller.id) }) }
      },
    }),
    ...replacementRoutes(billfold, guard),
  ]
}

/** What takes the effect of a key away. */
function replacementRoutes(billfold: Billfold, guard: Guard): readonly Route[] {
  return [
    route({
      id: 'resetServiceKey',
      method: 'POST',
      path: '/api/service-keys/:keyId/reset',
      summary: 'Create a successor of a service key, and revoke the key',
      guard,
      idempotency: 'none',
      params: keyParams,
      replies: { ...secret, ...unknown },
      handler: async ({ params }, { caller }) => ({
        status: 200,
        body: await billfold.serviceKeys.reset(params.keyId, tenantOf(caller), { by: actor(caller.id) }),
      }),
    }),
    route({
      id: 'revokeServiceKey',
      method: 'POST',
      path: '/api/service-keys/:keyId/revoke',
      summary: 'Revoke a service key at once, in all processes',
      guard,
      idempotency: 'none',
      params: keyParams,
      replies: { 200: { description: 'Done', schema: z.object({ done: z.literal(true) }) }, ...unknown },
      handler: async ({ params }, { caller }) => {
        await billfold.serviceKeys.revoke(params.keyId, tenantOf(caller), { by: actor(caller.id) })
        return { status: 200, body: { done: true } }
      },
    }),
  ]
}

function assertKnown(wanted: readonly string[], scopes: Readonly<Record<string, string>>): void {
  const unknownScope = wanted.find((scope) => !Object.hasOwn(scopes, scope))
  if (unknownScope !== undefined)
    throw new BillfoldError('input.invalid', {
      issues: [{ path: 'scopes', message: 'must be scopes of the APIs of this host' }],
    })
}

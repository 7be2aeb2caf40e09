import { z } from 'zod'
import { ownerCloses, ownerNeverOpens } from '../../credentials/owner-writes.ts'
import { hasMethods, listMethods, stillThere } from '../../credentials/methods.ts'
import { type Route, route } from '../../http/index.ts'
import { createUser } from '../../users/create.ts'
import { archiveUser, referUser } from '../../users/change.ts'
import { findUser, listUsers } from '../../users/find.ts'
import { archiveUserWallets } from '../../wallets/change.ts'
import { actorOf, methodIn, openAuthority } from '../authority.ts'
import { signingMethodHeader } from '../signing-method-header.ts'
import type { Custody } from './custody.ts'
import { success } from './envelope.ts'
import { presentUser } from './present.ts'
import { bodyLimit, flag, id, methodValue, paging, results, succeeded } from './schemas.ts'

const newUser = z.object({
  reference: z.string().max(256).optional(),
  signingMethod: z.object({ type: z.string().max(32), value: methodValue.optional() }).optional(),
})

/** The routes that create, list, get, update and delete users. */
export function userRoutes(custody: Custody): readonly Route[] {
  const { services, service } = custody
  return [
    route({
      id: 'createUser',
      method: 'POST',
      path: '/api/users',
      summary: 'Create a user, optionally with a PIN',
      guard: service,
      body: { encoding: 'json', schema: newUser, limit: bodyLimit },
      replies: { 200: { description: 'The user', schema: succeeded(results.user) } },
      handler: async ({ body }, context) => {
        const { user, methods } = await createUser(services, custody.methods, actorOf(context), body)
        return success(presentUser(user, methods))
      },
    }),
    route({
      id: 'listUsers',
      method: 'GET',
      path: '/api/users',
      summary: 'List users, newest first',
      guard: service,
      query: z.object({ ...paging, reference: z.string().max(256).optional(), includeSigningMethods: flag.optional() }),
      replies: { 200: { description: 'A page of users', schema: succeeded(z.array(results.user)) } },
      handler: async ({ query }, { caller }) => {
        const rows = await listUsers(services, caller.tenant, { reference: query.reference }, query)
        if (query.includeSigningMethods !== true) return success(rows.map((row) => presentUser(row)))
        const methods = await Promise.all(rows.map((row) => listMethods(services, caller.tenant, row.id)))
        return success(rows.map((row, index) => presentUser(row, methods[index])))
      },
    }),
    route({
      id: 'getUser',
      method: 'GET',
      path: '/api/users/:userId',
      summary: 'Get a user and their signing methods',
      guard: service,
      params: z.object({ userId: id }),
      replies: {
        200: { description: 'The user', schema: succeeded(results.user) },
        404: { description: 'No such user' },
      },
      handler: async ({ params }, { caller }) => {
        const user = await findUser(services, caller.tenant, params.userId)
        return success(presentUser(user, await listMethods(services, caller.tenant, user.id)))
      },
    }),
    changeRoute(custody),
    deleteRoute(custody),
  ]
}

function changeRoute({ services, service }: Custody): Route {
  return route({
    id: 'updateUser',
    method: 'PUT',
    path: '/api/users/:userId',
    summary: "Change a user's reference",
    guard: service,
    params: z.object({ userId: id }),
    body: { encoding: 'json', schema: z.object({ reference: z.string().max(256).nullable() }), limit: bodyLimit },
    replies: { 200: { description: 'The user', schema: succeeded(results.user) } },
    handler: async ({ params, body }, context) => {
      const { tenant } = context.caller
      await referUser(services, actorOf(context), params.userId, body.reference)
      const user = await findUser(services, tenant, params.userId)
      return success(presentUser(user, await listMethods(services, tenant, user.id)))
    },
  })
}

function deleteRoute({ services, service }: Custody): Route {
  return route({
    id: 'deleteUser',
    method: 'DELETE',
    path: '/api/users/:userId',
    summary: "Delete a user and archive the user's wallets",
    guard: service,
    params: z.object({ userId: id }),
    headers: signingMethodHeader,
    replies: { 200: { description: 'The user was deleted' }, 404: { description: 'No such user' } },
    handler: async ({ params, headers }, context) => {
      const actor = actorOf(context)
      const user = await findUser(services, actor.tenant, params.userId)
      const now = services.now()
      const owner = { tenant: actor.tenant, ownerId: user.id, ownerKind: 'user' as const }
      if (await hasMethods(services, owner)) {
        const header = await methodIn(services, context, headers, 'without body')
        const authorizedBy = await openAuthority(services, actor, user.id, header)
        const writes = [stillThere(authorizedBy), ownerCloses(user.id, now), archiveUserWallets(user.id, now)]
        await archiveUser(services, actor, user.id, writes)
      } else {
        await archiveUser(services, actor, user.id, [ownerNeverOpens(actor.tenant, user.id, now)])
      }
      return { status: 200, body: { success: true } }
    },
  })
}

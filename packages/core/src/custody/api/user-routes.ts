import { z } from 'zod'
import { closeOwnerWrites, insertClosedOwner } from '../../identity/signing-methods/owner.ts'
import { methodUnchanged } from '../../identity/signing-methods/authorized-method.ts'
import { hasMethods } from '../../identity/signing-methods/methods.ts'
import { type Route, route } from '../../http/index.ts'
import { createUser } from '../../identity/users/create.ts'
import { archiveUser, setUserReference } from '../../identity/users/update.ts'
import { getUser, countUsers, listUsers } from '../../identity/users/find.ts'
import { getCustodyUser, reachableOrigin } from './custody-user.ts'
import { archiveUserWallets } from '../wallets/update.ts'
import {
  actorFromRequest,
  parseSigningMethod,
  authorizeWithSigningMethod,
} from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import type { CustodyContext } from './context.ts'
import { readPage } from './pagination.ts'
import { custodySuccessReply } from './response-format.ts'
import { describeRows, listMethodBodies } from './describe-methods.ts'
import { toCustodyUserBody } from './response-bodies.ts'
import {
  custodyBodyLimit,
  booleanQuerySchema,
  idSchema,
  signingMethodValueSchema,
  custodyPaging,
  resultSchemas,
  optionalField,
  pageSchema,
  successSchema,
  signingMethodTypeField,
} from './schemas.ts'

const newUser = z.object({
  reference: optionalField(z.string().max(256)),
  signingMethod: optionalField(
    z.object({ type: signingMethodTypeField, value: optionalField(signingMethodValueSchema) }),
  ),
})

/** The routes that create, list, get, update and delete users. */
export function userRoutes(custody: CustodyContext): readonly Route[] {
  const { services, service } = custody
  return [
    route({
      id: 'createUser',
      method: 'POST',
      path: '/api/users',
      summary: 'Create a user, optionally with a PIN',
      guard: service,
      body: { encoding: 'json', schema: newUser, limit: custodyBodyLimit },
      replies: { 200: { description: 'The user', schema: successSchema(resultSchemas.user) } },
      handler: async ({ body }, context) => {
        const { user, methods } = await createUser(services, custody.methods, actorFromRequest(context), body)
        return custodySuccessReply(toCustodyUserBody(user, await describeRows(services, methods)))
      },
    }),
    listRoute(custody),
    route({
      id: 'getUser',
      method: 'GET',
      path: '/api/users/:userId',
      summary: 'Get a user and their signing methods',
      guard: service,
      params: z.object({ userId: idSchema }),
      replies: {
        200: { description: 'The user', schema: successSchema(resultSchemas.user) },
        404: { description: 'No such user' },
      },
      handler: async ({ params }, { caller }) => {
        const user = await getCustodyUser(services, caller, params.userId)
        return custodySuccessReply(toCustodyUserBody(user, await listMethodBodies(services, user)))
      },
    }),
    changeRoute(custody),
    deleteRoute(custody),
  ]
}

function listRoute({ services, service }: CustodyContext): Route {
  return route({
    id: 'listUsers',
    method: 'GET',
    path: '/api/users',
    summary: 'List users, newest first',
    guard: service,
    query: z.object({
      ...custodyPaging,
      reference: z.string().max(256).optional(),
      owner: idSchema.optional().describe('The id of a user, who alone is listed'),
      includeSigningMethods: booleanQuerySchema.optional(),
    }),
    replies: { 200: { description: 'A page of users', schema: pageSchema(resultSchemas.user) } },
    handler: async ({ query }, { caller }) => {
      const filter = { id: query.owner, reference: query.reference, origin: reachableOrigin(caller) }
      const { items, pagination } = await readPage(
        query,
        (offset, limit) => listUsers(services, caller.tenant, filter, { offset, limit }),
        (offset, limit) => countUsers(services, caller.tenant, filter, { offset, limit }),
      )
      if (query.includeSigningMethods !== true)
        return custodySuccessReply(
          items.map((row) => toCustodyUserBody(row)),
          pagination,
        )
      const methods = await Promise.all(items.map((row) => listMethodBodies(services, row)))
      return custodySuccessReply(
        items.map((row, index) => toCustodyUserBody(row, methods[index])),
        pagination,
      )
    },
  })
}

function changeRoute({ services, service }: CustodyContext): Route {
  return route({
    id: 'updateUser',
    method: 'PUT',
    path: '/api/users/:userId',
    summary: "Change a user's reference",
    guard: service,
    params: z.object({ userId: idSchema }),
    body: {
      encoding: 'json',
      schema: z.object({ reference: z.string().max(256).nullable() }),
      limit: custodyBodyLimit,
    },
    replies: { 200: { description: 'The user', schema: successSchema(resultSchemas.user) } },
    handler: async ({ params, body }, context) => {
      const { caller } = context
      const { tenant } = caller
      await getCustodyUser(services, caller, params.userId)
      await setUserReference(services, actorFromRequest(context), params.userId, body.reference)
      const user = await getUser(services, tenant, params.userId)
      return custodySuccessReply(toCustodyUserBody(user, await listMethodBodies(services, user)))
    },
  })
}

function deleteRoute({ services, service }: CustodyContext): Route {
  return route({
    id: 'deleteUser',
    method: 'DELETE',
    path: '/api/users/:userId',
    summary: "Delete a user and archive the user's wallets",
    guard: service,
    params: z.object({ userId: idSchema }),
    headers: signingMethodHeadersSchema,
    replies: { 200: { description: 'The user was deleted' }, 404: { description: 'No such user' } },
    handler: async ({ params, headers }, context) => {
      const actor = actorFromRequest(context)
      const user = await getCustodyUser(services, context.caller, params.userId)
      const now = services.now()
      const owner = { tenant: actor.tenant, ownerId: user.id, ownerKind: 'user' as const }
      if (await hasMethods(services, owner)) {
        const header = await parseSigningMethod(services, context, headers, 'without body')
        const authorizedBy = await authorizeWithSigningMethod(services, actor, user.id, header)
        const writes = [
          methodUnchanged(authorizedBy),
          ...closeOwnerWrites(user.id, now),
          archiveUserWallets(user.id, now),
        ]
        await archiveUser(services, actor, user.id, writes)
      } else {
        await archiveUser(services, actor, user.id, [insertClosedOwner(actor.tenant, user.id, now)])
      }
      return { status: 200, body: { success: true } }
    },
  })
}

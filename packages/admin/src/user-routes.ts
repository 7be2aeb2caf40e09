import { BillfoldError, type Billfold, type ListedUser } from '@billfold/core'
import { type Guard, type RequestContext, type Route, route } from '@billfold/core/http'
import { z } from 'zod'
import { actor, tenantOf } from './administrator-of.ts'

const id = z.string().min(1).max(64)
const userParams = z.object({ userId: id })
const done = { 200: { description: 'Done', schema: z.object({ done: z.literal(true) }) } }
const unknown = { 404: { description: 'There is no such object' } }

/** Search users, show one, and unlock, erase and revoke. */
export function userRoutes(billfold: Billfold, guard: Guard): readonly Route[] {
  return [
    route({
      id: 'searchUsers',
      method: 'GET',
      path: '/api/users',
      summary:
        'The users that a text identifies: id, reference, email, phone number, user name or DID; the newest without a text',
      guard,
      query: z.object({ text: z.string().max(512).optional(), after: id.optional() }),
      replies: { 200: { description: 'The users', schema: z.object({ users: z.array(z.unknown()) }) } },
      handler: async ({ query }, { caller }) => {
        const tenant = tenantOf(caller)
        const text = query.text?.trim() ?? ''
        const users =
          text === ''
            ? await billfold.users.list(query.after === undefined ? {} : { after: query.after }, tenant)
            : await searchUsers(billfold, text, tenant)
        return { status: 200, body: { users } }
      },
    }),
    route({
      id: 'showUser',
      method: 'GET',
      path: '/api/users/:userId',
      summary: 'What is known about a user, without secrets; recorded in the audit log',
      guard,
      params: userParams,
      replies: { 200: { description: 'The user', schema: z.looseObject({}) }, ...unknown },
      handler: async ({ params }, context) => ({
        status: 200,
        body: await describeUser(billfold, params.userId, context),
      }),
    }),
    ...changeRoutes(billfold, guard),
  ]
}

function changeRoutes(billfold: Billfold, guard: Guard): readonly Route[] {
  const change = { method: 'POST', guard, idempotency: 'none', replies: { ...done, ...unknown } } as const
  const reply = { status: 200, body: { done: true } } as const
  return [
    route({
      ...change,
      id: 'unlockUser',
      path: '/api/users/:userId/unlock',
      summary: 'Reset the failed attempts of a user and end all locks',
      params: userParams,
      handler: async ({ params }, { caller }) => {
        await billfold.users.unlock(params.userId, tenantOf(caller), { by: actor(caller.id) })
        return reply
      },
    }),
    route({
      ...change,
      id: 'eraseUser',
      path: '/api/users/:userId/erase',
      summary: 'Erase the personal data of a user permanently; the body repeats the id',
      params: userParams,
      body: { encoding: 'json', limit: 1024, schema: z.object({ confirm: id }) },
      handler: async ({ params, body }, { caller }) => {
        if (body.confirm !== params.userId)
          throw new BillfoldError('input.invalid', {
            issues: [{ path: 'confirm', message: 'must be the id of the user' }],
          })
        await billfold.users.erase(params.userId, tenantOf(caller), { by: actor(caller.id) })
        return reply
      },
    }),
    route({
      ...change,
      id: 'revokeDevice',
      path: '/api/users/:userId/devices/:deviceId/revoke',
      summary: 'Revoke the trust in a device of a user',
      params: userParams.extend({ deviceId: id }),
      handler: async ({ params: { userId, deviceId } }, { caller }) => {
        await billfold.authentication.devices.revoke(userId, deviceId, tenantOf(caller), { by: actor(caller.id) })
        return reply
      },
    }),
    route({
      ...change,
      id: 'revokeSession',
      path: '/api/sessions/:sessionId/revoke',
      summary: 'End an authentication session that has not ended',
      params: z.object({ sessionId: id }),
      handler: async ({ params }, { caller }) => {
        await billfold.authentication.sessions.revoke(params.sessionId, tenantOf(caller), { by: actor(caller.id) })
        return reply
      },
    }),
  ]
}

const identifierKinds = ['email', 'phone', 'username', 'did'] as const

async function searchUsers(
  billfold: Billfold,
  text: string,
  tenant: string | undefined,
): Promise<readonly ListedUser[]> {
  const found = new Map<string, ListedUser>()
  for (const user of await billfold.users.list({ reference: text }, tenant)) found.set(user.id, user)
  const ids = new Set([text])
  for (const kind of identifierKinds) {
    const user = await billfold.users.find({ kind, value: text }, tenant)
    if (user !== undefined) ids.add(user.id)
  }
  for (const kind of ['email', 'phone'] as const)
    for (const claimant of await billfold.users.listClaimants({ kind, value: text }, tenant)) ids.add(claimant)
  for (const one of ids) {
    const user = await findById(billfold, one, tenant)
    if (user !== undefined) found.set(user.id, user)
  }
  return [...found.values()]
}

async function findById(
  billfold: Billfold,
  userId: string,
  tenant: string | undefined,
): Promise<ListedUser | undefined> {
  const [user] = await billfold.users.list({ ids: [userId] }, tenant)
  return user
}

async function describeUser(billfold: Billfold, userId: string, { caller }: RequestContext) {
  const tenant = tenantOf(caller)
  const user = await findById(billfold, userId, tenant)
  if (user === undefined) throw new BillfoldError('user.not-found')
  const known = await billfold.users.view(userId, tenant, { by: actor(caller.id) })
  const isArchived = user.archivedAt !== null
  return {
    user,
    identifiers: known.identifiers,
    methods: isArchived ? [] : await billfold.users.methods(userId, tenant),
    devices: await billfold.authentication.devices.list(userId, tenant),
    sessions: await billfold.authentication.sessions.list(userId, tenant),
    data: known.data,
    audit: (await billfold.audit.search({ subject: userId, limit: 50, ...(tenant !== undefined && { tenant }) }))
      .records,
  }
}

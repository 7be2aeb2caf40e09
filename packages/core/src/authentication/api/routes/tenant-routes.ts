import { z } from 'zod'
import { BillfoldError } from '../../../kernel/errors.ts'
import { type Route, route } from '../../../http/index.ts'
import { getUserDid, findUserByDidOrId } from '../../sessions/user-did.ts'
import { type AuthenticationCaller, requireAuthenticationCaller } from '../callers/authentication-caller.ts'
import { configuredCommunities, resolveCommunity } from '../callers/communities.ts'
import type { AuthenticationContext, SessionRoutesContext } from '../context.ts'
import { encryptedReplySchema } from '../secure-channel/encrypt-reply.ts'
import { secureChannelCodec } from '../secure-channel/secure-channel-codec.ts'

const communityInput = z.object({
  tenantId: z.string().max(128).optional(),
  dns: z.string().max(256).optional(),
  communityId: z.string().max(128).optional(),
  communityName: z.string().max(128).optional(),
})

const communityBody = z.object({
  tenant: z.object({ id: z.string(), tenanttag: z.string(), name: z.string(), dns: z.string().optional() }),
  community: z.object({ id: z.string(), tenantid: z.string(), name: z.string(), publicKey: z.string() }),
})

const licenceBody = z.object({
  keyId: z.string(),
  keySecret: z.string().describe('The licence that was sent'),
  authLevel: z.string(),
  tag: z.string(),
  type: z.string(),
  disabled: z.boolean(),
  expiry: z.string().describe('ISO 8601; a year from now if the licence does not expire'),
})

/** A licence that does not expire is shown as valid for a year: clients refuse one without a date. */
const openEndedMs = 365 * 24 * 3600 * 1000

/** Routes that the vendor's helpers call at the tenant's host: community, licence of the caller, accounts of a user. */
export function tenantRoutes(api: Pick<SessionRoutesContext, 'authentication' | 'sessionContext'>): readonly Route[] {
  const { authentication } = api
  return [communityRoute(authentication), currentLicenceRoute(authentication), ...userInfoRoutes(api)]
}

function communityRoute(authentication: AuthenticationContext): Route {
  const { guards, channels } = authentication
  return route({
    id: 'getCommunityInfo',
    method: 'POST',
    path: '/api/r1/system/community_info/fetch',
    summary: 'The tenant and a community of it, by id or name',
    guard: guards.public,
    limits: [{ by: 'ip', limit: 600, windowSeconds: 60 }],
    idempotency: 'none',
    body: { encoding: 'json', schema: communityInput, limit: 4096 },
    replies: {
      200: { description: 'The tenant and the community', schema: communityBody },
      404: { description: 'The community does not exist' },
    },
    handler: async ({ body }, { caller: { tenant } }) => {
      const communities = configuredCommunities(authentication)
      const { communityId, communityName, tenantId, dns } = body
      const wanted = communityId ?? communityName
      const found = communities.find(
        ({ id, name = id }) => id === communityId || (communityId === undefined && name === communityName),
      )
      const community = found ?? (wanted === undefined && communities.length === 1 ? communities[0] : undefined)
      const isOfTenant = tenantId === undefined || tenantId === tenant
      const isOfHost = dns === undefined || community?.dns === undefined || community.dns === dns
      if (community === undefined || !isOfTenant || !isOfHost) throw new BillfoldError('community.not-found')
      const { id, name = id } = community
      return {
        status: 200,
        body: {
          tenant: { id: tenant, tenanttag: tenant, name: tenant, dns: community.dns },
          community: { id, tenantid: tenant, name, publicKey: (await channels(tenant)).publicKey },
        },
      }
    },
  })
}

function currentLicenceRoute({ guards, services }: AuthenticationContext): Route {
  return route({
    id: 'getCurrentLicence',
    method: 'GET',
    path: '/servicekey/current',
    summary: "The caller's own licence, by which one service checks what another one presented",
    guard: guards.licenceOnly,
    replies: { 200: { description: 'The licence', schema: licenceBody } },
    handler: async (_, context) => {
      const { licence, presentedLicence } = requireAuthenticationCaller(context)
      if (licence === undefined || presentedLicence === undefined) throw new BillfoldError('caller.unauthenticated')
      const { id, tag, authLevel, expiresAt = services.now() + openEndedMs } = licence
      const body = { keyId: id, keySecret: presentedLicence, authLevel, tag, type: 'hawk', disabled: false }
      return {
        status: 200,
        headers: { 'cache-control': 'no-store' },
        body: { ...body, expiry: new Date(expiresAt).toISOString() },
      }
    },
  })
}

const userParams = z.object({ community: z.string().max(128), did: z.string().min(1).max(512) })
const userBody = z.object({ did: z.string(), userIdList: z.array(z.string()) })

function userInfoRoutes(api: Pick<SessionRoutesContext, 'authentication' | 'sessionContext'>): readonly Route[] {
  const { authentication } = api
  const shared = {
    guard: authentication.guards.licence('authentication:sessions'),
    params: userParams,
    codec: secureChannelCodec(authentication, { plaintext: 'accepted', replies: 'always' }),
    replies: {
      200: { description: 'The DID and the accounts of the user', schema: encryptedReplySchema(userBody) },
      404: { description: 'The community or the user does not exist' },
    },
  } as const
  const path = '/api/r1/community/:community/userdid/:did/userinfo'
  return [
    route({
      ...shared,
      id: 'getUserInfo',
      method: 'GET',
      path,
      summary: 'The accounts of a user, by DID',
      handler: ({ params }, _, { caller }) => userInfoReply(api, caller, params),
    }),
    route({
      ...shared,
      id: 'fetchUserInfo',
      method: 'POST',
      path: `${path}/fetch`,
      summary: 'The accounts of a user, by DID',
      idempotency: 'none',
      body: { encoding: 'json', schema: z.looseObject({}), limit: 16 * 1024 },
      handler: ({ params }, _, { caller }) => userInfoReply(api, caller, params),
    }),
  ]
}

async function userInfoReply(
  { authentication, sessionContext }: Pick<SessionRoutesContext, 'authentication' | 'sessionContext'>,
  caller: AuthenticationCaller,
  { community: named, did }: z.output<typeof userParams>,
) {
  const community = configuredCommunities(authentication).find(({ id, name = id }) => named === id || named === name)
  if (community === undefined) throw new BillfoldError('community.not-found')
  resolveCommunity(authentication, caller, { communityId: community.id })
  const userId = await findUserByDidOrId(sessionContext, caller.tenant, did)
  if (userId === undefined) throw new BillfoldError('user.not-found')
  const ownDid = await getUserDid(sessionContext, caller.tenant, userId)
  // The vendor's Node helper accepts a login only if the user id is in the list, and not its first entry.
  return { data: { did: ownDid, userIdList: [`urn:uuid:${userId}`, userId] } }
}

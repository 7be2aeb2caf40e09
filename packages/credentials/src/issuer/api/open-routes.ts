import { publicGuard } from '@billfold/core/modules'
import { type Reply, type RequestContext, type Route, route } from '@billfold/core/http'
import { z } from 'zod'
import { createAuthorizationServerMetadata } from '../metadata/authorization-server-metadata.ts'
import { createIssuerMetadata, signIssuerMetadata } from '../metadata/issuer-metadata.ts'
import { createJwks } from '../metadata/public-keys.ts'
import { createTypeMetadata } from '../metadata/type-metadata.ts'
import { authorizeQuerySchema, decideConsent, decisionSchema, showConsent } from '../oauth/authorize.ts'
import { getOfferObject } from '../offers/find-offer.ts'
import type { IssuerContext } from '../settings.ts'
import { createStatusListTokens, statusListTtlSeconds } from '../status/status-list-token.ts'

const cached = { 'cache-control': `public, max-age=${statusListTtlSeconds}` }
const json = { description: 'JSON' }

/** Routes that anybody may call: offers, status lists, types, keys. */
export function openRoutes(context: IssuerContext): readonly Route[] {
  const { settings } = context
  const guard = publicGuard(context.tenant)
  const tokens = createStatusListTokens(context)
  return [
    route({
      id: 'getOffer',
      method: 'GET',
      path: '/offers/:ref',
      summary: 'The Credential Offer of a reference (OpenID4VCI section 4.1.3)',
      guard,
      limits: [{ by: 'ip', limit: 60, windowSeconds: 60 }],
      params: z.object({ ref: z.string().min(1).max(64) }),
      replies: { 200: json, 404: { description: 'There is no such offer that is open' } },
      handler: async ({ params }) => ({ status: 200, body: await getOfferObject(context, params.ref) }),
    }),
    route({
      id: 'getStatusList',
      method: 'GET',
      path: '/status-lists/:ref',
      summary: 'A Status List Token',
      guard,
      params: z.object({ ref: z.string().min(1).max(32) }),
      replies: {
        200: { description: 'The token, application/statuslist+jwt' },
        304: { description: 'Not changed' },
        404: { description: 'There is no such list' },
        406: { description: 'Only application/statuslist+jwt is served' },
      },
      handler: async ({ params }, { headers }) => {
        if (!acceptsJwt(headers['accept'])) return { status: 406, body: { error: 'invalid_request' } }
        const { token, etag } = await tokens.get(params.ref)
        const known = { ...cached, etag, vary: 'Accept' }
        if (headers['if-none-match'] === etag) return { status: 304, headers: known }
        return { status: 200, headers: { ...known, 'content-type': 'application/statuslist+jwt' }, body: token }
      },
    }),
    route({
      id: 'getTypeMetadata',
      method: 'GET',
      path: '/types/:typeId',
      summary: 'The Type Metadata of a type whose vct is this URL (SD-JWT VC section 6)',
      guard,
      params: z.object({ typeId: z.string().max(32) }),
      replies: { 200: json, 404: { description: 'There is no such type' } },
      handler: async ({ params }) => {
        return { status: 200, headers: cached, body: createTypeMetadata(settings, params.typeId) }
      },
    }),
    route({
      id: 'getPublicKeys',
      method: 'GET',
      path: '/jwks',
      summary: 'The public keys of the signers (RFC 7517)',
      guard,
      replies: { 200: json },
      handler: async () => ({ status: 200, headers: cached, body: createJwks(settings) }),
    }),
  ]
}

/** Routes for browsers that a wallet has sent. */
export function consentRoutes(context: IssuerContext): readonly Route[] {
  if (context.settings.authorize === undefined) return []
  const guard = publicGuard(context.tenant)
  const limits = [{ by: 'ip', limit: 120, windowSeconds: 60 }] as const
  return [
    route({
      id: 'showConsent',
      method: 'GET',
      path: '/authorize',
      summary: 'Ask the user of a browser for consent',
      guard,
      limits,
      query: authorizeQuerySchema,
      replies: {
        200: { description: 'The consent page' },
        303: { description: 'Back to the wallet, or to the login' },
      },
      handler: async ({ query }, request) => showConsent(context, query, request),
    }),
    route({
      id: 'decideConsent',
      method: 'POST',
      path: '/authorize',
      summary: 'The decision of the consent page',
      idempotency: 'custom',
      guard,
      limits,
      body: { encoding: 'form', schema: decisionSchema, limit: 4096 },
      replies: { 303: { description: 'Back to the wallet' } },
      handler: async ({ body }, request) => decideConsent(context, body, request),
    }),
  ]
}

/** The documents of RFC 8615 that wallets look for. */
export function wellKnownRoutes(context: IssuerContext, toPath: (name: string) => string): readonly Route[] {
  const guard = publicGuard(context.tenant)
  const { settings } = context
  return [
    route({
      id: 'getIssuerMetadata',
      method: 'GET',
      path: toPath('openid-credential-issuer'),
      summary: 'The metadata of the issuer (OpenID4VCI section 12.2); signed for Accept: application/jwt',
      guard,
      replies: { 200: json },
      handler: async (_, request) => replyWithMetadata(context, request),
    }),
    route({
      id: 'getAuthorizationServerMetadata',
      method: 'GET',
      path: toPath('oauth-authorization-server'),
      summary: 'The metadata of the authorization server (RFC 8414)',
      guard,
      replies: { 200: json },
      handler: async () => ({ status: 200, headers: cached, body: createAuthorizationServerMetadata(settings) }),
    }),
    ...(settings.isNamedBySigner
      ? [
          route({
            id: 'getJwtVcIssuerMetadata',
            method: 'GET',
            path: toPath('jwt-vc-issuer'),
            summary: 'The keys of the issuer (SD-JWT VC section 5)',
            guard,
            replies: { 200: json },
            handler: async () => {
              const body = { issuer: settings.publicUrl, jwks: createJwks(settings) }
              return { status: 200, headers: cached, body }
            },
          }),
        ]
      : []),
  ]
}

async function replyWithMetadata(context: IssuerContext, { headers }: RequestContext): Promise<Reply> {
  const accept = headers['accept']
  const vary = { ...cached, vary: 'Accept' }
  if (typeof accept === 'string' && accept.includes('application/jwt'))
    return {
      status: 200,
      headers: { ...vary, 'content-type': 'application/jwt' },
      body: await signIssuerMetadata(context),
    }
  return { status: 200, headers: vary, body: await createIssuerMetadata(context) }
}

/** Token Status List section 8.2: a verifier that only takes CWT gets 406. */
function acceptsJwt(accept: unknown): boolean {
  if (typeof accept !== 'string' || accept === '') return true
  return /application\/statuslist\+jwt|application\/\*|\*\/\*|application\/jwt|application\/json/i.test(accept)
}

import { z } from 'zod'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { type Guard, type Reply, type RequestContext, type Route, route } from '../../http/index.ts'
import { authenticateServiceKey } from '../service-keys/service-keys.ts'
import type { Services } from '../../platform/services.ts'
import { parseBasicCredentials, serviceTokenType } from './service-guard.ts'

/** Lifetime of a token in seconds. */
const tokenSeconds = 300

const tokenBody = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.number(),
  scope: z.string(),
})

const form = z.object({
  grant_type: z.string().max(64).optional(),
  client_id: z.string().max(128).optional(),
  client_secret: z.string().max(256).optional(),
})

/** Dependencies of the route. */
interface TokenServices {
  readonly services: Services
  readonly publicGuard: Guard
}

/**
 * Defines the OAuth 2.0 token endpoint (RFC 6749 section 4.4, client credentials grant), which issues Bearer tokens to
 * service keys.
 * @param api audience of the tokens
 */
export function tokenRoute(services: TokenServices, api: string): Route {
  return route({
    id: 'createToken',
    idempotency: 'none',
    method: 'POST',
    path: '/auth/realms/:realm/protocol/openid-connect/token',
    summary: 'Get an access token for a service key',
    guard: services.publicGuard,
    limits: [{ by: 'ip', limit: 120, windowSeconds: 60 }],
    params: z.object({ realm: z.string().max(128) }),
    body: { encoding: 'form', schema: form, limit: 4096 },
    replies: {
      200: { description: 'The access token', schema: tokenBody },
      401: { description: 'Unknown client or wrong secret' },
    },
    handler: async ({ body }, context) => {
      if (body.grant_type !== 'client_credentials') return oauthError(400, 'unsupported_grant_type', api)
      try {
        return await issueToken(services, api, body, context)
      } catch (error) {
        if (isBillfoldError(error, 'caller.unauthenticated')) return oauthError(401, 'invalid_client', api)
        throw error
      }
    },
  })
}

async function issueToken(
  { services }: TokenServices,
  api: string,
  body: z.output<typeof form>,
  context: RequestContext,
): Promise<Reply> {
  const basic = parseBasicCredentials(context.headers['authorization'])
  const [id, secret] = basic === undefined ? [body.client_id, body.client_secret] : [basic.id, basic.secret]
  if (id === undefined || secret === undefined) throw new BillfoldError('caller.unauthenticated')
  const key = await authenticateServiceKey(services, id, secret)
  const accessToken = await services.tokens.issue({
    type: serviceTokenType,
    audience: api,
    tenant: key.tenant,
    subject: key.id,
    lifetimeSeconds: tokenSeconds,
  })
  const response = { access_token: accessToken, token_type: 'Bearer', expires_in: tokenSeconds, scope: key.scopes }
  return { status: 200, body: response, headers: { pragma: 'no-cache' } }
}

/** Error response (RFC 6749 section 5.2). */
function oauthError(status: 400 | 401, error: string, realm: string): Reply {
  const headers = status === 401 ? { 'www-authenticate': `Basic realm="${realm}"` } : {}
  return { status, headers, body: { error } }
}

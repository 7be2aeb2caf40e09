import { parseBase64 } from '../../kernel/base64.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import type { Caller, Guard, IncomingRequest } from '../../http/index.ts'
import { authenticateServiceKey, findActiveServiceKey, type ServiceKeyRow } from '../service-keys/service-keys.ts'
import type { Services } from '../../platform/services.ts'
import type { VerifiedToken } from '../../platform/tokens/index.ts'

/** The `typ` of access tokens of service keys. */
export const serviceTokenType = 'service+jwt'

/**
 * Creates the guard of routes for service keys with a scope. Accepts Basic authentication (RFC 7617) with the key's id and
 * secret, or a Bearer token (RFC 6750) issued by the token route of the same API.
 * @param api audience of the tokens; the scope unless the API has several scopes
 */
export function serviceGuard(services: Services, scope: string, api: string = scope): Guard {
  return {
    name: `service key with the scope ${scope}`,
    security: [{ serviceKey: [] }, { serviceToken: [] }],
    schemes: {
      serviceKey: { type: 'http', scheme: 'basic', description: 'Id and secret of a service key' },
      serviceToken: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: 'Access token from the token route',
      },
    },
    admit: async (request) => {
      const key = await authenticate(services, api, request)
      const scopes = new Set(key.scopes.split(' '))
      if (!scopes.has(scope) && !scopes.has('*')) throw new BillfoldError('caller.forbidden')
      return { kind: 'service', tenant: key.tenant, id: key.id, scopes }
    },
  }
}

/** Creates the guard of public routes, which admits unauthenticated callers. */
export function publicGuard(tenant: string): Guard {
  const caller: Caller = { kind: 'anonymous', tenant, id: 'anonymous', scopes: new Set() }
  return { name: 'public', security: [], schemes: {}, admit: () => Promise.resolve(caller) }
}

/** Parses a Basic `Authorization` header (RFC 7617 section 2); undefined if it is missing or malformed. */
export function parseBasicCredentials(header: unknown): { readonly id: string; readonly secret: string } | undefined {
  if (typeof header !== 'string' || header.length > 1024) return undefined
  const encoded = /^basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(header)?.[1]
  const bytes = encoded === undefined ? undefined : parseBase64(encoded)
  if (bytes === undefined) return undefined
  const decoded = Buffer.from(bytes).toString('utf8')
  const colon = decoded.indexOf(':')
  return colon < 0 || decoded.includes('\0')
    ? undefined
    : { id: decoded.slice(0, colon), secret: decoded.slice(colon + 1) }
}

async function authenticate(services: Services, audience: string, request: IncomingRequest): Promise<ServiceKeyRow> {
  const header = request.headers['authorization']
  const basic = parseBasicCredentials(header)
  if (basic !== undefined) return authenticateServiceKey(services, basic.id, basic.secret)
  const token = typeof header === 'string' ? /^bearer +(\S+)$/i.exec(header)?.[1] : undefined
  if (token === undefined) throw new BillfoldError('caller.unauthenticated')
  const { subject, tenant } = await verifyToken(services, token, audience)
  const key = await findActiveServiceKey(services, subject)
  if (key?.tenant !== tenant) throw new BillfoldError('caller.unauthenticated')
  return key
}

async function verifyToken(services: Services, token: string, audience: string): Promise<VerifiedToken> {
  try {
    return await services.tokens.verify(token, { type: serviceTokenType, audience })
  } catch (error) {
    if (isBillfoldError(error, 'token.invalid') || isBillfoldError(error, 'token.expired'))
      throw new BillfoldError('caller.unauthenticated', { cause: error })
    throw error
  }
}

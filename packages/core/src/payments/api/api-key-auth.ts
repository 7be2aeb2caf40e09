import { BillfoldError } from '../../kernel/errors.ts'
import type { Guard, RequestContext } from '../../http/index.ts'
import { publicGuard } from '../../identity/api/service-guard.ts'
import { plainField } from './fields.ts'

/** Names of the API key in a request body. */
export const apiKeyFields = {
  apikey: plainField(1024),
  api_key: plainField(1024),
  my_api_key: plainField(1024),
} as const

/**
 * Describes API key authentication in OpenAPI. NOT a real guard: it admits everybody, because the key may be in the
 * body. `authenticateByApiKey` checks the key after the body was read.
 */
export function describeApiKeyAuth(tenant: string): Guard {
  return {
    ...publicGuard(tenant),
    name: 'api key',
    security: [{ apiKey: [] }],
    schemes: {
      apiKey: {
        type: 'apiKey',
        in: 'header',
        name: 'Authorization',
        description:
          'The API key returned by login, with or without `Bearer`; or `apikey`, `api_key` or `my_api_key` in the body',
      },
    },
  }
}

/**
 * Reads the API key from the `Authorization` header or the body. Rejects the request if they contain different keys.
 * @throws BillfoldError `caller.unauthenticated`
 */
export function parsePresentedApiKey(context: RequestContext, values: Readonly<Record<string, unknown>>): string {
  const found = new Set<string>()
  const authorization = context.headers['authorization']
  const inHeader =
    typeof authorization === 'string' ? /^(?:bearer +)?(\S{1,256})$/i.exec(authorization)?.[1] : undefined
  if (inHeader !== undefined) found.add(inHeader)
  for (const name of Object.keys(apiKeyFields)) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (typeof value === 'string' && value !== '') found.add(value)
  }
  const [key, ...others] = found
  if (key === undefined || others.length > 0) throw new BillfoldError('caller.unauthenticated')
  return key
}

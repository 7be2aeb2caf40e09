import { BillfoldError } from '../../errors.ts'
import type { Guard, RequestContext } from '../../http/index.ts'
import { openGuard } from '../service-guard.ts'
import { plain } from './fields.ts'

/** The names that a key has in a body. */
export const keyFields = { apikey: plain(1024), api_key: plain(1024), my_api_key: plain(1024) } as const

/**
 * Says that a route needs an api key. It lets everybody in: the key may be in the body, which is read later, and then looked at.
 */
export function apiKeyGuard(tenant: string): Guard {
  return {
    ...openGuard(tenant),
    name: 'api key',
    security: [{ apiKey: [] }],
    schemes: {
      apiKey: {
        type: 'apiKey',
        in: 'header',
        name: 'Authorization',
        description:
          'The api key of login, bare or behind `Bearer`; or `apikey`, `api_key` or `my_api_key` in the body',
      },
    },
  }
}

/**
 * The api key that a request brings: in the header, or in the body. Two that differ are none.
 * @throws BillfoldError `caller.unauthenticated`
 */
export function apiKeyIn(context: RequestContext, values: Readonly<Record<string, unknown>>): string {
  const found = new Set<string>()
  const authorization = context.headers['authorization']
  const inHeader =
    typeof authorization === 'string' ? /^(?:bearer +)?(\S{1,256})$/i.exec(authorization)?.[1] : undefined
  if (inHeader !== undefined) found.add(inHeader)
  for (const name of Object.keys(keyFields)) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (typeof value === 'string' && value !== '') found.add(value)
  }
  const [key, ...others] = found
  if (key === undefined || others.length > 0) throw new BillfoldError('caller.unauthenticated')
  return key
}

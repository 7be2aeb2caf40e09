import { BillfoldError } from '@billfold/core'
import type { Guard, IncomingRequest } from '@billfold/core/http'

/** Who administrates. */
export interface Administrator {
  /** Recorded in the audit log as the actor of every change: an account name, 1 to 120 characters. */
  readonly id: string
  /** The tenant that this administrator sees. Default: the host's default tenant. */
  readonly tenant?: string
}

/**
 * Decides who may use the admin page: with the session, the proxy header or the client certificate of the host. Called for every request,
 * the page and its files included. Undefined refuses the request.
 */
export type AuthorizeAdministrator = (request: IncomingRequest) => Promise<Administrator | undefined>

/** The header that the page sends with every change. A form on another site cannot send it. */
export const changeHeader = 'x-billfold-admin'

/** Creates the guard of all routes. */
export function createAdminGuard(authorize: AuthorizeAdministrator): Guard {
  return {
    name: 'administrator of the host',
    security: [{ host: [] }],
    schemes: {
      host: { type: 'apiKey', in: 'cookie', name: 'session', description: 'What the host authenticates with' },
    },
    admit: async (request) => {
      const administrator = await authorize(request)
      if (administrator === undefined) throw new BillfoldError('caller.unauthenticated')
      if (request.method !== 'GET' && request.method !== 'HEAD' && request.headers[changeHeader] !== '1')
        throw new BillfoldError('caller.forbidden')
      const { id, tenant = '' } = administrator
      return { kind: 'user', tenant, id: id.slice(0, 120), scopes: new Set() }
    },
  }
}

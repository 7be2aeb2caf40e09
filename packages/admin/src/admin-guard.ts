import { BillfoldError } from '@billfold/core'
import type { Caller, Guard, IncomingRequest } from '@billfold/core/http'

/** Who administrates. */
export interface Administrator {
  /** Recorded in the audit log as the actor of every change: an account name, 1 to 120 characters. */
  readonly id: string
  /** The tenant that this administrator sees, not empty. Default: the host's default tenant. */
  readonly tenant?: string
  /**
   * True for those who may list, create, reset and revoke service keys and licences. A service key can do more than this page, up to
   * every call of every API, so somebody who only helps users should not have it. Default: false.
   */
  readonly canManageKeys?: boolean
}

/**
 * Decides who may use the admin page: with the session, the proxy header or the client certificate of the host. Called for every request,
 * the page and its files included. Undefined refuses the request with 401, an administrator whose id or tenant is empty or too long with 403.
 */
export type AuthorizeAdministrator = (request: IncomingRequest) => Promise<Administrator | undefined>

/**
 * The header that the page sends with every call. Another site can make the browser of an administrator send a form, or load an image: it
 * can neither change anything nor leave a record that this administrator has looked at somebody.
 */
export const pageHeader = 'x-billfold-admin'

/** The guards of the routes. */
export interface AdminGuards {
  /** Of the page and its files, which the browser loads by itself. */
  readonly page: Guard
  /** Of what the page calls. */
  readonly api: Guard
  /** Of service keys and licences. */
  readonly keys: Guard
}

const canManageKeys = 'manage-keys'

/** Creates the guards of all routes. */
export function createAdminGuards(authorize: AuthorizeAdministrator): AdminGuards {
  const admit = async (request: IncomingRequest): Promise<Caller> => {
    // Of a host in plain JavaScript, nobody can be null as well.
    const administrator: Administrator | null | undefined = await authorize(request)
    if (administrator === undefined || administrator === null) throw new BillfoldError('caller.unauthenticated')
    assertAdministrator(administrator)
    const { id, tenant = '' } = administrator
    const scopes = new Set(administrator.canManageKeys === true ? [canManageKeys] : [])
    return { kind: 'user', tenant, id, scopes }
  }
  const admitPage = async (request: IncomingRequest): Promise<Caller> => {
    const caller = await admit(request)
    if (request.headers[pageHeader] !== '1') throw new BillfoldError('caller.forbidden')
    return caller
  }
  const toGuard = (name: string, admits: (request: IncomingRequest) => Promise<Caller>): Guard => ({
    name,
    security: [{ host: [] }],
    schemes: {
      host: { type: 'apiKey', in: 'cookie', name: 'session', description: 'What the host authenticates with' },
    },
    admit: admits,
  })
  return {
    page: toGuard('administrator of the host', admit),
    api: toGuard('administrator of the host, from the page', admitPage),
    keys: toGuard('administrator of the host who may manage keys', async (request) => {
      const caller = await admitPage(request)
      if (!mayManageKeys(caller)) throw new BillfoldError('caller.forbidden')
      return caller
    }),
  }
}

/**
 * The id and the tenant often come from a claim or a header. An empty tenant must not be the default one, and an id that is cut off could be
 * that of somebody else in the audit log.
 */
function assertAdministrator({ id, tenant }: Administrator): void {
  const isNamed = typeof id === 'string' && id.trim() !== '' && id.length <= 120
  const hasTenant = tenant === undefined || (typeof tenant === 'string' && tenant !== '')
  if (!isNamed || !hasTenant) throw new BillfoldError('caller.forbidden')
}

/** Returns true for an administrator who may manage service keys and licences. */
export function mayManageKeys({ scopes }: Caller): boolean {
  return scopes.has(canManageKeys)
}

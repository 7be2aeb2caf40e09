import type { Billfold, Logger } from '@billfold/core'
import { type Api, createMountableApi, jsonErrorReply, jsonErrorSchema, type MountableApi } from '@billfold/core/http'
import { memoryRateLimiter } from '@billfold/core/rate-limits'
import { type AuthorizeAdministrator, createAdminGuards } from './admin-guard.ts'
import type { AdminRisk } from './admin-risk.ts'
import { applicationRoutes } from './application-routes.ts'
import { auditRoutes } from './audit-routes.ts'
import { licenceRoutes } from './licence-routes.ts'
import { pageRoutes } from './page-routes.ts'
import { serviceKeyRoutes } from './service-key-routes.ts'
import { userRoutes } from './user-routes.ts'

/** Options of {@link adminApi}. */
export interface AdminOptions {
  /** Decides who may use the page. Required: without it nothing is mounted. */
  readonly authorize: AuthorizeAdministrator
  /** Shows requests that wait for approvals: `billfold.risk`, if the host has that module. */
  readonly risk?: AdminRisk
  /** Default: errors are not logged. */
  readonly logger?: Logger
}

/**
 * Creates the admin page and its API, which an adapter mounts. It calls the functions of `billfold` and nothing else, so it can do only
 * what the host can do in process. Each change, and each look at a user or at an application, has its audit record with the administrator as actor.
 *
 * @param billfold the Billfold whose users are administrated
 * @throws TypeError if `authorize` is not a function
 * @example
 * ```ts
 * import { adminApi } from '@billfold/admin'
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 * import { expressRouter } from '@billfold/express-adapter'
 * import express from 'express'
 *
 * const billfold = createBillfold({ storage: memoryStorage(), keyring: environmentKeyring() })
 * const admin = adminApi(billfold, {
 *   // Behind a proxy that authenticates the staff, and removes this header from all other requests.
 *   authorize: async ({ headers }) => {
 *     const id = headers['x-staff-account']
 *     return typeof id === 'string' ? { id } : undefined
 *   },
 * })
 * express().use('/admin', expressRouter(admin)).listen(3000) // /admin/console
 * ```
 */
export function adminApi(billfold: Billfold, options: AdminOptions): MountableApi {
  // Plain JavaScript has no compiler that asks for it.
  if (typeof options.authorize !== 'function')
    throw new TypeError(
      'adminApi needs the option authorize: the admin page is not mounted without a guard of the host',
    )
  const guards = createAdminGuards(options.authorize)
  const api: Api = {
    name: 'admin',
    title: 'Billfold administration',
    errorReply: jsonErrorReply,
    errorSchema: jsonErrorSchema,
    routes: [
      ...pageRoutes(guards, options.risk !== undefined),
      ...userRoutes(billfold, guards.api),
      ...applicationRoutes(billfold, guards.api, options.risk),
      ...serviceKeyRoutes(billfold, guards.keys),
      ...licenceRoutes(billfold, guards.keys),
      ...auditRoutes(billfold, guards.api),
    ],
  }
  const silent = { error: () => {}, warn: () => {}, info: () => {} }
  return createMountableApi(api, { logger: options.logger ?? silent, rateLimiter: memoryRateLimiter() })
}

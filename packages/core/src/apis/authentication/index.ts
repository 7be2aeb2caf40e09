import { systemEnvelopes } from '../../envelope/index.ts'
import type { Api } from '../../http/index.ts'
import type { Services } from '../../services.ts'
import type { Authentication } from './authentication.ts'
import { deprecatedRoutes } from './deprecated-routes.ts'
import { ecdsaHelperRoutes } from './ecdsa-helper-routes.ts'

import { enrollmentRoute } from './enrollment-route.ts'
import { failure, failureBody } from './error-reply.ts'
import { authenticationGuards } from './guards.ts'
import type { GroundOptions } from './options.ts'
import { serviceKeyRoutes } from './service-key-routes.ts'
import { serviceRoutes } from './service-routes.ts'

/** What a host decides about the authentication API. */
export type AuthenticationOptions = GroundOptions

/** The authentication API: face, PIN and sessions. */
export function authenticationApi(services: Services, tenant: string, options: AuthenticationOptions = {}): Api {
  const envelopes = systemEnvelopes(services, options.curve ?? 'secp256k1')
  const allowedTimeSpan = options.allowedTimeSpan ?? 60
  const tenantOf = options.tenantOf ?? (() => tenant)
  const guards = authenticationGuards({ services, envelopes, tenantOf, allowedTimeSpan })
  const authentication: Authentication = { services, options, tenant, envelopes, guards, allowedTimeSpan }
  return Object.freeze({
    name: 'authentication',
    title: 'Billfold authentication API',
    routes: Object.freeze([
      ...serviceRoutes(authentication),
      ...serviceKeyRoutes(authentication),
      ...ecdsaHelperRoutes(authentication),

      enrollmentRoute(authentication),
      ...deprecatedRoutes(authentication),
    ]),
    errorReply: failure,
    errorSchema: failureBody,
  })
}

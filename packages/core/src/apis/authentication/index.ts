import { systemEnvelopes } from '../../envelope/index.ts'
import type { Api } from '../../http/index.ts'
import type { Services } from '../../services.ts'
import type { SessionSetup } from '../../sessions/setup.ts'
import { appRoute } from './app-route.ts'
import type { Authentication } from './authentication.ts'
import { deprecatedRoutes } from './deprecated-routes.ts'
import { deviceInfoRoute } from './device-info-route.ts'
import { ecdsaHelperRoutes } from './ecdsa-helper-routes.ts'
import { enrollmentRoute } from './enrollment-route.ts'
import { failure, failureBody } from './error-reply.ts'
import type { FaceApi } from './face-api.ts'
import { type FaceOptions, sessionSetup } from './face-options.ts'
import { faceRoutes } from './face-routes.ts'
import { authenticationGuards } from './guards.ts'
import { identifyRoute } from './identify-route.ts'
import { oneCallRoute } from './one-call-route.ts'
import { openRoute } from './open-route.ts'
import type { CallerOptions } from './options.ts'
import { pageRoutes } from './page/page-routes.ts'
import { pinRoute } from './pin-route.ts'
import { serviceKeyRoutes } from './service-key-routes.ts'
import { serviceRoutes } from './service-routes.ts'
import { sessionRoutes } from './session-routes.ts'

/** What a host decides about the authentication API. */
export interface AuthenticationOptions extends CallerOptions, FaceOptions {}

/** The authentication API: face, PIN and sessions. */
export function authenticationApi(
  services: Services,
  tenant: string,
  options: AuthenticationOptions = {},
  setup: SessionSetup = sessionSetup(services, options),
): Api {
  const envelopes = systemEnvelopes(services, options.curve ?? 'secp256k1')
  const allowedTimeSpan = options.allowedTimeSpan ?? 60
  const tenantOf = options.tenantOf ?? (() => tenant)
  const guards = authenticationGuards({ services, envelopes, tenantOf, allowedTimeSpan })
  const authentication: Authentication = { services, options, tenant, envelopes, guards, allowedTimeSpan }
  const faces: FaceApi = { authentication, setup, options }
  return Object.freeze({
    name: 'authentication',
    title: 'Billfold authentication API',
    routes: Object.freeze([
      ...serviceRoutes(authentication),
      ...serviceKeyRoutes(authentication),
      ...ecdsaHelperRoutes(authentication),
      enrollmentRoute(authentication),
      ...sessionRoutes(faces),
      openRoute(faces),
      ...pageRoutes(faces),
      appRoute(faces),
      ...faceRoutes(faces),
      pinRoute(faces),
      oneCallRoute(faces),
      identifyRoute(faces),
      deviceInfoRoute(faces),
      ...deprecatedRoutes(authentication),
    ]),
    errorReply: failure,
    errorSchema: failureBody,
  })
}

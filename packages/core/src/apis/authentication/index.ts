import { systemEnvelopes } from '../../envelope/index.ts'
import type { Api } from '../../http/index.ts'
import type { Services } from '../../services.ts'
import type { SessionSetup } from '../../sessions/setup.ts'
import { appRoute } from './app-route.ts'
import type { Authentication, FaceApi } from './authentication.ts'
import { deprecatedRoutes } from './deprecated-routes.ts'
import { deviceInfoRoute } from './device-info-route.ts'
import { ecdsaHelperRoutes } from './ecdsa-helper-routes.ts'
import { enrollmentRoute } from './enrollment-route.ts'
import { failure, failureBody } from './error-reply.ts'
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

/**
 * The options of the authentication API.
 *
 * @example
 * ```ts
 * const billfold = createBillfold({
 *   storage,
 *   keyring,
 *   authentication: { publicUrl: 'https://login.example/walletapi', faceAttemptsPerUser: { limit: 10, windowSeconds: 3600 } },
 * })
 * ```
 */
export interface AuthenticationOptions extends CallerOptions, FaceOptions {}

/** Builds the route table of the authentication API: sessions, face and PIN steps, and service routes. */
export function authenticationApi(
  services: Services,
  tenant: string,
  options: AuthenticationOptions = {},
  sessionContext: SessionSetup = sessionSetup(services, options),
): Api {
  const channels = systemEnvelopes(services, options.curve ?? 'secp256k1')
  const allowedTimeSpan = options.allowedTimeSpan ?? 60
  const resolveTenant = options.tenantOf ?? (() => tenant)
  const guards = authenticationGuards({ services, envelopes: channels, tenantOf: resolveTenant, allowedTimeSpan })
  const authentication: Authentication = { services, options, tenant, envelopes: channels, guards, allowedTimeSpan }
  const sessionRoutesContext: FaceApi = { authentication, setup: sessionContext, options }
  return Object.freeze({
    name: 'authentication',
    title: 'Billfold authentication API',
    routes: Object.freeze([
      ...serviceRoutes(authentication),
      ...serviceKeyRoutes(authentication),
      ...ecdsaHelperRoutes(authentication),
      enrollmentRoute(authentication),
      ...sessionRoutes(sessionRoutesContext),
      openRoute(sessionRoutesContext),
      ...pageRoutes(sessionRoutesContext),
      appRoute(sessionRoutesContext),
      ...faceRoutes(sessionRoutesContext),
      pinRoute(sessionRoutesContext),
      oneCallRoute(sessionRoutesContext),
      identifyRoute(sessionRoutesContext),
      deviceInfoRoute(sessionRoutesContext),
      ...deprecatedRoutes(authentication),
    ]),
    errorReply: failure,
    errorSchema: failureBody,
  })
}

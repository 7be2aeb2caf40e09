import { authenticationDescription } from './description.ts'
import type { IdentityServices } from '../../identity/services.ts'
import { createSystemChannels } from '../../platform/secure-channel/index.ts'
import type { BillfoldError } from '../../kernel/errors.ts'
import type { Api, FailedRequest } from '../../http/index.ts'
import type { SessionContext } from '../sessions/session-context.ts'
import { appFaceRoute } from './routes/app-face-route.ts'
import type { AuthenticationContext, SessionRoutesContext } from './context.ts'
import { deprecatedRoutes } from './routes/deprecated-routes.ts'
import { deviceInfoRoute } from './routes/device-info-route.ts'
import { ecdsaHelperRoutes } from './routes/ecdsa-helper-routes.ts'
import { enrollmentRoute } from './routes/enrollment-route.ts'
import { authenticationErrorReply, authenticationErrorBody } from './error-reply.ts'
import { type FaceOptions, createSessionContext } from './face-options.ts'
import { faceRoutes } from './routes/face-routes.ts'
import { createAuthenticationGuards } from './callers/guards.ts'
import { identifyRoute } from './routes/identify-route.ts'
import { singleRequestLoginRoute } from './routes/single-request-login-route.ts'
import { startSessionRoute } from './routes/start-session-route.ts'
import type { CallerOptions } from './options.ts'
import { renderErrorPage } from './page/page-error.ts'
import { createPageShell, pageRoutes } from './page/page-routes.ts'
import { pageStepRoutes } from './routes/page-step-routes.ts'
import { passkeyRoutes } from './routes/passkey-routes.ts'
import { pinRoute } from './routes/pin-route.ts'
import { serviceKeyRoutes } from './routes/service-key-routes.ts'
import { serviceRoutes } from './routes/service-routes.ts'
import { sessionRoutes } from './routes/session-routes.ts'
import { tenantRoutes } from './routes/tenant-routes.ts'

/**
 * The options of the authentication API.
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 *
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   authentication: { publicUrl: 'https://login.example/walletapi', faceAttemptsPerUser: { limit: 10, windowSeconds: 3600 } },
 * })
 * ```
 */
export interface AuthenticationOptions extends CallerOptions, FaceOptions {}

/** Builds the route table of the authentication API: sessions, face and PIN steps, and service routes. */
export function authenticationHttpApi(
  services: IdentityServices,
  tenant: string,
  options: AuthenticationOptions = {},
  sessionContext: SessionContext = createSessionContext(services, options),
): Api {
  const channels = createSystemChannels(services, options.curve ?? 'secp256k1')
  const allowedTimeSpan = options.allowedTimeSpan ?? 60
  const resolveTenant = options.resolveTenant ?? (() => tenant)
  const guards = createAuthenticationGuards({
    services,
    channels: channels,
    resolveTenant: resolveTenant,
    allowedTimeSpan,
  })
  const authentication: AuthenticationContext = {
    services,
    options,
    tenant,
    channels: channels,
    guards,
    allowedTimeSpan,
  }
  const sessionRoutesContext: SessionRoutesContext = { authentication, sessionContext: sessionContext, options }
  const shell = createPageShell(sessionRoutesContext)
  return Object.freeze({
    name: 'authentication',
    title: 'Billfold authentication API',
    routes: Object.freeze([
      ...serviceRoutes(authentication),
      ...tenantRoutes(sessionRoutesContext),
      ...serviceKeyRoutes(authentication),
      ...ecdsaHelperRoutes(authentication),
      enrollmentRoute(authentication, sessionContext.controlsDid),
      ...sessionRoutes(sessionRoutesContext),
      startSessionRoute(sessionRoutesContext),
      ...pageRoutes(sessionRoutesContext, shell),
      ...pageStepRoutes(sessionRoutesContext),
      appFaceRoute(sessionRoutesContext),
      ...faceRoutes(sessionRoutesContext),
      ...passkeyRoutes(sessionRoutesContext),
      pinRoute(sessionRoutesContext),
      singleRequestLoginRoute(sessionRoutesContext),
      identifyRoute(sessionRoutesContext),
      deviceInfoRoute(sessionRoutesContext),
      ...deprecatedRoutes(authentication),
    ]),
    errorReply: authenticationErrorReply,
    errorPage: (error: BillfoldError, failed: FailedRequest) => renderErrorPage(shell, error, failed),
    errorSchema: authenticationErrorBody,
    description: authenticationDescription,
  })
}

import type { Api } from '../../http/index.ts'
import type { Services } from '../../services.ts'
import { openGuard } from '../service-guard.ts'
import { applicationRoutes } from './application-routes.ts'
import { challengeRoutes } from './challenge-routes.ts'
import { failure, failureBody } from './envelope.ts'
import { fileRoutes } from './file-routes.ts'
import { challengeGuard, walletGuard } from './guards.ts'
import { loginRoutes } from './login-routes.ts'
import type { Onboarding } from './onboarding.ts'
import type { OnboardingSettings } from './options.ts'
import { templateRoutes } from './template-routes.ts'
import { userRoute } from './user-route.ts'

export { type LoggedInUser, type LoginExchange, type OnboardingOptions, onboardingSettings } from './options.ts'
export { type OnboardingFunctions, onboardingFunctions } from './functions.ts'

/** Builds the onboarding HTTP API: wallet login, users with documents, applications. */
export function onboardingApi(services: Services, tenant: string, settings: OnboardingSettings): Api {
  const onboarding: Onboarding = {
    services,
    settings,
    open: openGuard(tenant),
    challenged: challengeGuard(tenant, settings.allowedOrigins),
    wallet: walletGuard(services, tenant, settings.allowedOrigins),
  }
  return Object.freeze({
    name: 'onboarding',
    title: 'Billfold onboarding API',
    routes: Object.freeze([
      ...challengeRoutes(onboarding),
      userRoute(onboarding),
      ...loginRoutes(onboarding),
      ...templateRoutes(onboarding),
      ...fileRoutes(onboarding),
      ...applicationRoutes(onboarding),
    ]),
    errorReply: failure,
    errorSchema: failureBody,
  })
}

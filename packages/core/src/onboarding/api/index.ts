import { onboardingDescription } from './description.ts'
import type { Api } from '../../http/index.ts'
import type { Services } from '../../platform/services.ts'
import { publicGuard } from '../../identity/api/service-guard.ts'
import { applicationChangeRoutes } from './application-change-routes.ts'
import { applicationRoutes } from './application-routes.ts'
import { challengeRoutes } from './challenge-routes.ts'
import { onboardingErrorReply, onboardingErrorBody } from './error-reply.ts'
import { fileRoutes } from './file-routes.ts'
import { challengeGuard, walletGuard, walletOrPageGuard } from './guards.ts'
import { loginRoutes } from './login-routes.ts'
import type { OnboardingContext } from './context.ts'
import type { OnboardingSettings } from './options.ts'
import { presentationRoutes } from './presentation-routes.ts'
import { templateRoutes } from './template-routes.ts'
import { userRoute } from './user-route.ts'

export { type LoggedInUser, type LoginExchange, type OnboardingOptions, toOnboardingSettings } from './options.ts'
export { type OnboardingApi, createOnboardingApi } from './api.ts'
export { type OnboardingRoutes, walletGuard } from './guards.ts'

/** Builds the onboarding HTTP API: wallet login, users with documents, applications. */
export function onboardingHttpApi(
  services: Services,
  tenant: string,
  settings: OnboardingSettings,
  evidenceSource: OnboardingContext['evidenceSource'],
): Api {
  const wallet = walletGuard(services, tenant, settings.allowedOrigins)
  const onboarding: OnboardingContext = {
    services,
    settings,
    evidenceSource,
    publicGuard: publicGuard(tenant),
    challengeGuard: challengeGuard(tenant, settings.allowedOrigins),
    walletGuard: wallet,
    loginGuard: walletOrPageGuard(wallet, tenant, settings.loginOrigins),
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
      ...presentationRoutes(onboarding),
      ...applicationRoutes(onboarding),
      ...applicationChangeRoutes(onboarding),
    ]),
    errorReply: onboardingErrorReply,
    errorSchema: onboardingErrorBody,
    description: onboardingDescription,
  })
}

import type { Api } from '@billfold/core/http'
import type { ModuleContext, OnboardingRoutes } from '@billfold/core/modules'
import type { Profile } from '../options.ts'
import type { RoleParts } from '../role.ts'
import { applicationRoutes } from './api/application-routes.ts'
import { consentRoutes, openRoutes, wellKnownRoutes } from './api/open-routes.ts'
import { serviceRoutes } from './api/service-routes.ts'
import { credentialRoutes } from './api/credential-routes.ts'
import { authorizationRoutes } from './api/authorization-routes.ts'
import { wireErrorReply } from './api/wire-error-reply.ts'
import { createIssuerFunctions, type IssuerFunctions } from './issuer-functions.ts'
import { issuerMaintenance } from './maintenance.ts'
import type { IssuerOptions } from './options.ts'
import { createIssuerContext, type IssuerContext } from './settings.ts'

export type { IssuerFunctions } from './issuer-functions.ts'

/** The running parts of the issuer. */
export interface IssuerParts extends RoleParts<IssuerFunctions> {
  readonly onboardingRoutes: OnboardingRoutes
}

/** Creates the issuer. @throws RangeError that names the option and its value */
export function createIssuer(moduleContext: ModuleContext, options: IssuerOptions, profile: Profile): IssuerParts {
  const context = createIssuerContext(moduleContext, options, profile)
  return {
    api: issuerApi(context),
    functions: createIssuerFunctions(context),
    maintenanceSteps: issuerMaintenance(context),
    onboardingRoutes: ({ wallet }) => applicationRoutes(context, wallet),
  }
}

function issuerApi(context: IssuerContext): Api {
  return {
    name: 'credentials-issuer',
    title: 'Credentials: issuer',
    routes: [
      ...serviceRoutes(context),
      ...openRoutes(context),
      ...authorizationRoutes(context),
      ...consentRoutes(context),
      ...credentialRoutes(context),
      // For wallets of drafts, which append the path instead of inserting it.
      ...wellKnownRoutes(context, (name) => `/.well-known/${name}`),
    ],
    errorReply: wireErrorReply(context.nonces.dpopNonce, context.settings),
  }
}

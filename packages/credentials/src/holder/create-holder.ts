import type { BillfoldError } from '@billfold/core'
import type { Api, Reply } from '@billfold/core/http'
import type { ModuleContext } from '@billfold/core/modules'
import { z } from 'zod'
import type { Profile } from '../options.ts'
import type { RoleParts } from '../role.ts'
import { credentialRoutes } from './api/credential-routes.ts'
import { offerRoutes } from './api/offer-routes.ts'
import { presentationRoutes } from './api/presentation-routes.ts'
import { type HeldCredential } from './credentials/credential-description.ts'
import { listHeldCredentials } from './credentials/held-credentials.ts'
import { holderMaintenance } from './maintenance.ts'
import type { HolderOptions } from './options.ts'
import { listPresentations, type LoggedPresentation } from './present/presentation-log.ts'
import { createHolderContext, type HolderContext } from './settings.ts'

/** The functions of the holder, as properties of `billfold.credentials.holder`. What needs the user is in the API. */
export interface HolderFunctions {
  /** Lists the credentials of a user, newest first, without values. */
  readonly list: (userId: string) => Promise<readonly HeldCredential[]>
  /** Lists what a user has presented to whom, newest first, without values; 100 at once. */
  readonly presentations: (userId: string, after?: string) => Promise<readonly LoggedPresentation[]>
}

/** Creates the holder. @throws RangeError that names the option and its value */
export function createHolder(
  moduleContext: ModuleContext,
  options: HolderOptions,
  _profile: Profile,
): RoleParts<HolderFunctions> {
  const context = createHolderContext(moduleContext, options)
  return {
    api: holderApi(context),
    functions: {
      list: (userId) => listHeldCredentials(context, userId),
      presentations: (userId, after) => listPresentations(context, userId, after),
    },
    maintenanceSteps: holderMaintenance(context),
  }
}

function holderApi(context: HolderContext): Api {
  return {
    name: 'credentials-holder',
    title: 'Credentials: holder',
    routes: [...offerRoutes(context), ...credentialRoutes(context), ...presentationRoutes(context)],
    errorReply,
    errorSchema,
  }
}

const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

function errorReply({ code, status, message, issues }: BillfoldError, requestId: string): Reply {
  if (status === 500)
    return { status, body: { code: 'unexpected', message: `Something went wrong (request ${requestId})` } }
  return { status, body: { code, message, ...(issues.length > 0 && { errors: issues }) } }
}

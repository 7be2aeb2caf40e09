import { jsonErrorReply, jsonErrorSchema } from '@billfold/core/http'
import type { ModuleContext } from '@billfold/core/modules'
import type { Profile } from '../options.ts'
import type { RoleParts } from '../role.ts'
import type { IssuerOptions } from './options.ts'

/** The functions of the issuer, as properties of `billfold.credentials.issuer`. */
export interface IssuerFunctions {
  readonly options: IssuerOptions
}

/** Creates the issuer. */
export function createIssuer(
  _context: ModuleContext,
  options: IssuerOptions,
  _profile: Profile,
): RoleParts<IssuerFunctions> {
  return {
    api: {
      name: 'credentials-issuer',
      title: 'Credentials: issuer',
      routes: [],
      errorReply: jsonErrorReply,
      errorSchema: jsonErrorSchema,
    },
    functions: { options },
    maintenanceSteps: [],
  }
}

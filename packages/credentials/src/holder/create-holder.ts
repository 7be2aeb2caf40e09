import { jsonErrorReply, jsonErrorSchema } from '@billfold/core/http'
import type { ModuleContext } from '@billfold/core/modules'
import type { Profile } from '../options.ts'
import type { RoleParts } from '../role.ts'
import type { HolderOptions } from './options.ts'

/** The functions of the holder, as properties of `billfold.credentials.holder`. */
export interface HolderFunctions {
  readonly options: HolderOptions
}

/** Creates the holder. */
export function createHolder(
  _context: ModuleContext,
  options: HolderOptions,
  _profile: Profile,
): RoleParts<HolderFunctions> {
  return {
    api: {
      name: 'credentials-holder',
      title: 'Credentials: holder',
      routes: [],
      errorReply: jsonErrorReply,
      errorSchema: jsonErrorSchema,
    },
    functions: { options },
    maintenanceSteps: [],
  }
}

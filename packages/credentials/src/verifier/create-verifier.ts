import { jsonErrorReply, jsonErrorSchema } from '@billfold/core/http'
import type { ModuleContext } from '@billfold/core/modules'
import type { Profile } from '../options.ts'
import type { RoleParts } from '../role.ts'
import type { VerifierOptions } from './options.ts'

/** The functions of the verifier, as properties of `billfold.credentials.verifier`. */
export interface VerifierFunctions {
  readonly options: VerifierOptions
}

/** Creates the verifier. */
export function createVerifier(
  _context: ModuleContext,
  options: VerifierOptions,
  _profile: Profile,
): RoleParts<VerifierFunctions> {
  return {
    api: {
      name: 'credentials-verifier',
      title: 'Credentials: verifier',
      routes: [],
      errorReply: jsonErrorReply,
      errorSchema: jsonErrorSchema,
    },
    functions: { options },
    maintenanceSteps: [],
  }
}

import { type Api, jsonErrorReply, jsonErrorSchema } from '@billfold/core/http'
import type { ModuleContext } from '@billfold/core/modules'
import type { IssuerOptions } from './options.ts'

/** Creates the API of the issuer's well-known documents, whose paths are literal: made of the public URL at start. */
export function createWellKnown(_context: ModuleContext, _options: IssuerOptions): Api {
  return {
    name: 'credentials-well-known',
    title: 'Credentials: well-known documents',
    routes: [],
    errorReply: jsonErrorReply,
    errorSchema: jsonErrorSchema,
  }
}

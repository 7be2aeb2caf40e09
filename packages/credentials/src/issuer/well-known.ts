import type { Api } from '@billfold/core/http'
import type { ModuleContext } from '@billfold/core/modules'
import type { Profile } from '../options.ts'
import { wellKnownRoutes } from './api/open-routes.ts'
import { wireErrorReply } from './api/wire-error-reply.ts'
import type { IssuerOptions } from './options.ts'
import { createIssuerContext } from './settings.ts'

/**
 * Creates the API of the issuer's well-known documents, whose paths are literal: made of the public URL at start. Their names stand
 * between host and path (RFC 8414 section 3.1, OpenID4VCI section 12.2.2).
 */
export function createWellKnown(moduleContext: ModuleContext, options: IssuerOptions, profile: Profile): Api {
  const context = createIssuerContext(moduleContext, options, profile)
  const { pathname } = new URL(options.publicUrl)
  const path = pathname === '/' ? '' : pathname
  return {
    name: 'credentials-well-known',
    title: 'Credentials: well-known documents',
    routes: wellKnownRoutes(context, (name) => `/.well-known/${name}${path}`),
    errorReply: wireErrorReply(context.nonces.dpopNonce, context.settings),
    servesOpenApi: false,
  }
}

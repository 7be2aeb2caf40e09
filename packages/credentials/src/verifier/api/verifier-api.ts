import type { Api } from '@billfold/core/http'
import { z } from 'zod'
import type { VerifierContext } from '../context.ts'
import { hostRoutes } from './host-routes.ts'
import { walletRoutes, wireRouteIds } from './wallet-routes.ts'
import { hostErrorReply, wireErrorReply } from './wire-error-reply.ts'

/** The HTTP API of the verifier: OpenID4VP for wallets, and its own for the host's services. */
export function verifierApi(context: VerifierContext): Api {
  return {
    name: 'credentials-verifier',
    title: 'Billfold credentials: verifier',
    routes: [...hostRoutes(context), ...walletRoutes(context)],
    errorReply: (error, requestId, matched) =>
      matched !== undefined && wireRouteIds.has(matched.id) ? wireErrorReply(error) : hostErrorReply(error, requestId),
    errorSchema: z.object({
      code: z.string(),
      message: z.string(),
      errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    }),
  }
}

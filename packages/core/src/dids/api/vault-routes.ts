import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { createVault } from '../vaults/create.ts'
import { listVaults } from '../vaults/find.ts'
import { requiredMessage, walletConfigSchema } from '../vaults/wallet-config-schema.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import { createAuthorizer } from './request-auth.ts'
import type { DidsContext } from './context.ts'
import { toVaultBody } from './response-bodies.ts'
import { didBodyLimit, maxDidPageSize, didPageQuery, didReplySchemas } from './schemas.ts'

const body = z.object({
  kind: z.enum(['BIP44', 'MPC'], requiredMessage),
  walletConfig: walletConfigSchema.optional(),
  userId: z.string().max(64).optional().describe('The user whose master secret seals the seed'),
})

/** Routes of vaults, from which the keys of wallets are derived. */
export function vaultRoutes({ services, settings, serviceGuard }: DidsContext): readonly Route[] {
  return [
    route({
      id: 'createVault',
      method: 'POST',
      path: '/vault',
      summary: 'Create a vault',
      guard: serviceGuard,
      headers: signingMethodHeadersSchema,
      body: { encoding: 'json', schema: body, limit: didBodyLimit, raw: 'if-available', optional: true },
      replies: {
        200: { description: 'The vault', schema: z.object({ vault: didReplySchemas.vault }) },
        501: { description: 'The host has no threshold signer for MPC vaults' },
      },
      handler: async ({ body: input, headers }, context) => {
        const actor = actorFromRequest(context)
        const authorise = createAuthorizer(services, context, actor, headers)
        const vault = await createVault(services, settings.thresholdSigner, actor, input, authorise)
        return { status: 200, body: { vault: toVaultBody(vault) } }
      },
    }),
    route({
      id: 'getVaults',
      method: 'GET',
      path: '/vaults',
      summary: 'List vaults, oldest first',
      guard: serviceGuard,
      query: z.object(didPageQuery),
      replies: {
        200: {
          description: 'The vaults',
          schema: z.object({ vaults: z.array(didReplySchemas.vault), next: z.string().optional() }),
        },
      },
      handler: async ({ query: { limit = maxDidPageSize, after } }, { caller }) => {
        const found = await listVaults(services, caller.tenant, { limit: limit + 1, after })
        const page = found.slice(0, limit)
        const next = found.length > limit ? page.at(-1)?.id : undefined
        return { status: 200, body: { vaults: page.map(toVaultBody), ...(next !== undefined && { next }) } }
      },
    }),
  ]
}

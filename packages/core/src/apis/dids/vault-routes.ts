import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { createVault } from '../../vaults/create.ts'
import { listVaults } from '../../vaults/find.ts'
import { missing, walletConfigSchema } from '../../vaults/wallet-config-schema.ts'
import { actorOf } from '../authority.ts'
import { signingMethodHeader } from '../signing-method-header.ts'
import { authoriserOf } from './authority.ts'
import type { Dids } from './dids.ts'
import { presentVault } from './present.ts'
import { bodyLimit, mostListed, paging, replies } from './schemas.ts'

const body = z.object({
  kind: z.enum(['BIP44', 'MPC'], missing),
  walletConfig: walletConfigSchema.optional(),
  userId: z.string().max(64).optional().describe('The user whose master secret seals the seed'),
})

/** Routes of vaults, from which the keys of wallets are derived. */
export function vaultRoutes({ services, settings, service }: Dids): readonly Route[] {
  return [
    route({
      id: 'createVault',
      method: 'POST',
      path: '/vault',
      summary: 'Create a vault',
      guard: service,
      headers: signingMethodHeader,
      body: { encoding: 'json', schema: body, limit: bodyLimit, raw: 'when-kept', optional: true },
      replies: {
        200: { description: 'The vault', schema: z.object({ vault: replies.vault }) },
        501: { description: 'The host has no threshold signer for MPC vaults' },
      },
      handler: async ({ body: input, headers }, context) => {
        const actor = actorOf(context)
        const authorise = authoriserOf(services, context, actor, headers)
        const vault = await createVault(services, settings.thresholdSigner, actor, input, authorise)
        return { status: 200, body: { vault: presentVault(vault) } }
      },
    }),
    route({
      id: 'getVaults',
      method: 'GET',
      path: '/vaults',
      summary: 'List vaults, oldest first',
      guard: service,
      query: z.object(paging),
      replies: {
        200: {
          description: 'The vaults',
          schema: z.object({ vaults: z.array(replies.vault), next: z.string().optional() }),
        },
      },
      handler: async ({ query: { limit = mostListed, after } }, { caller }) => {
        const found = await listVaults(services, caller.tenant, { limit: limit + 1, after })
        const page = found.slice(0, limit)
        const next = found.length > limit ? page.at(-1)?.id : undefined
        return { status: 200, body: { vaults: page.map(presentVault), ...(next !== undefined && { next }) } }
      },
    }),
  ]
}

import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { type RequestContext, type Route, route } from '../../http/index.ts'
import { renameIdentity } from '../../identities/rename.ts'
import { missing } from '../../vaults/wallet-config-schema.ts'
import { actorOf } from '../authority.ts'
import { changingHeaders, didAuthorityOf } from './authority.ts'
import { controlledOf } from './controlled.ts'
import type { Dids } from './dids.ts'
import { itemFailure } from './item-failure.ts'
import { presentWallet } from './present.ts'
import { bodyLimit, mostItems, replies } from './schemas.ts'

const item = z.object({ did: z.string(missing).max(128), alias: z.string(missing).max(1024) })
const body = z.object({ wallets: z.array(item, missing).min(1).max(mostItems) })

const act = 'POST /wallet/rename'

/** Renames wallets, each on its own. */
export function renameRoute(dids: Dids): Route {
  return route({
    id: 'renameWallets',
    method: 'POST',
    path: '/wallet/rename',
    summary: 'Give identity wallets other aliases',
    guard: dids.service,
    headers: changingHeaders,
    body: { encoding: 'json', schema: body, limit: bodyLimit, raw: true, optional: true },
    replies: {
      200: {
        description: 'The wallets that were renamed, and what went wrong with the others',
        schema: replies.renamed,
      },
      403: { description: 'The token is not valid, or controls none of the DIDs' },
    },
    handler: async ({ body: { wallets }, headers }, context) => {
      const roles = ['owner', 'delegate'] as const
      const authority = await didAuthorityOf(dids, context, { act, roles }, headers['x-did-auth'])
      const controlled = await controlledOf(
        dids,
        context.caller.tenant,
        authority,
        wallets.map(({ did }) => did),
      )
      const outcomes = []
      for (const wallet of wallets) outcomes.push(await renamed(dids, context, wallet, controlled.has(wallet.did)))
      const errors = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : []))
      return {
        status: 200,
        body: {
          wallets: outcomes.flatMap((outcome) => ('shown' in outcome ? [outcome.shown] : [])),
          ...(errors.length > 0 && { errors }),
        },
      }
    },
  })
}

async function renamed(
  { services }: Dids,
  context: RequestContext,
  wallet: z.output<typeof item>,
  isControlled: boolean,
): Promise<{ readonly shown: unknown } | { readonly wallet: unknown; readonly error: unknown }> {
  try {
    if (!isControlled) throw new BillfoldError('did-auth.forbidden')
    return { shown: presentWallet(await renameIdentity(services, actorOf(context), wallet.did, wallet.alias)) }
  } catch (error) {
    return { wallet, error: itemFailure(error) }
  }
}

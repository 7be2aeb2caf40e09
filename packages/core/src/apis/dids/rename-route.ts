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

/** Renames wallets one by one. */
export function renameRoute(dids: Dids): Route {
  return route({
    id: 'renameWallets',
    method: 'POST',
    path: '/wallet/rename',
    summary: 'Change the aliases of DID wallets',
    guard: dids.service,
    headers: changingHeaders,
    body: { encoding: 'json', schema: body, limit: bodyLimit, raw: true, optional: true },
    replies: {
      200: {
        description: 'The renamed wallets, and the errors of the others',
        schema: replies.renamed,
      },
      403: { description: 'The token is invalid or controls none of the DIDs' },
    },
    handler: async ({ body: { wallets }, headers }, context) => {
      const roles = ['owner', 'delegate'] as const
      const controller = await didAuthorityOf(dids, context, { act, roles }, headers['x-did-auth'])
      const controlled = await controlledOf(
        dids,
        context.caller.tenant,
        controller,
        wallets.map(({ did }) => did),
      )
      const results = []
      for (const wallet of wallets) results.push(await renameOne(dids, context, wallet, controlled.has(wallet.did)))
      const errors = results.flatMap((result) => ('error' in result ? [result] : []))
      return {
        status: 200,
        body: {
          wallets: results.flatMap((result) => ('shown' in result ? [result.shown] : [])),
          ...(errors.length > 0 && { errors }),
        },
      }
    },
  })
}

async function renameOne(
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

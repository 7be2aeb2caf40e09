import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type RequestContext, type Route, route } from '../../http/index.ts'
import { renameDidWallet } from '../did-wallets/rename.ts'
import { requiredMessage } from '../vaults/wallet-config-schema.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import { didAuthHeaders, authenticateDid } from './request-auth.ts'
import { listControlledDids } from './controlled-dids.ts'
import type { DidsContext } from './context.ts'
import { toItemErrorBody } from './batch-item-error.ts'
import { toDidWalletBody } from './response-bodies.ts'
import { didBodyLimit, maxBatchItems, didReplySchemas } from './schemas.ts'

const item = z.object({ did: z.string(requiredMessage).max(128), alias: z.string(requiredMessage).max(1024) })
const body = z.object({ wallets: z.array(item, requiredMessage).min(1).max(maxBatchItems) })

const act = 'POST /wallet/rename'

/** Renames wallets one by one. */
export function renameDidWalletsRoute(dids: DidsContext): Route {
  return route({
    id: 'renameWallets',
    method: 'POST',
    path: '/wallet/rename',
    summary: 'Change the aliases of DID wallets',
    guard: dids.serviceGuard,
    headers: didAuthHeaders,
    body: { encoding: 'json', schema: body, limit: didBodyLimit, raw: true, optional: true },
    replies: {
      200: {
        description: 'The renamed wallets, and the errors of the others',
        schema: didReplySchemas.renamed,
      },
      403: { description: 'The token is invalid or controls none of the DIDs' },
    },
    handler: async ({ body: { wallets }, headers }, context) => {
      const roles = ['owner', 'delegate'] as const
      const controller = await authenticateDid(dids, context, { act, roles }, headers['x-did-auth'])
      const controlled = await listControlledDids(
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
  { services }: DidsContext,
  context: RequestContext,
  wallet: z.output<typeof item>,
  isControlled: boolean,
): Promise<{ readonly shown: unknown } | { readonly wallet: unknown; readonly error: unknown }> {
  try {
    if (!isControlled) throw new BillfoldError('did-auth.forbidden')
    return {
      shown: toDidWalletBody(await renameDidWallet(services, actorFromRequest(context), wallet.did, wallet.alias)),
    }
  } catch (error) {
    return { wallet, error: toItemErrorBody(error) }
  }
}

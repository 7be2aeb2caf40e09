import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type RequestContext, type Route, route } from '../../http/index.ts'
import { listDidWalletsById } from '../did-wallets/find.ts'
import { deleteDidWallet } from '../did-wallets/delete.ts'
import type { DidWalletRow } from '../did-wallets/seal-key.ts'
import { requiredMessage } from '../vaults/wallet-config-schema.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import { didAuthHeaders, authenticateDid } from './request-auth.ts'
import { listControlledDids } from './controlled-dids.ts'
import type { DidsContext } from './context.ts'
import { toItemErrorBody } from './batch-item-error.ts'
import { didBodyLimit, maxBatchItems, didReplySchemas } from './schemas.ts'

const body = z.object({ ids: z.array(z.string(requiredMessage).max(64), requiredMessage).min(1).max(maxBatchItems) })

const act = 'DELETE /wallet'

/** Deletes wallets one by one. */
export function deleteDidWalletsRoute(dids: DidsContext): Route {
  const { services, settings, serviceGuard } = dids
  return route({
    id: 'deleteWallets',
    method: 'DELETE',
    path: '/wallet',
    summary: 'Delete DID wallets and their keys by id',
    guard: serviceGuard,
    headers: didAuthHeaders,
    body: { encoding: 'json', schema: body, limit: didBodyLimit, raw: true, optional: true },
    replies: {
      200: { description: 'The deleted wallets, and the errors of the others', schema: didReplySchemas.deleted },
      403: { description: 'The token is invalid or controls none of the wallets' },
    },
    handler: async ({ body: { ids }, headers }, context) => {
      const { tenant } = context.caller
      const controller = await authenticateDid(dids, context, { act, roles: ['owner'] }, headers['x-did-auth'])
      const rows = new Map((await listDidWalletsById(services, tenant, ids)).map((row) => [row.id, row]))
      const isAdmin = settings.adminDids.has(controller.did)
      const existing = [...rows.values()].map(({ did }) => did)
      const controlled = isAdmin ? new Set(existing) : await listControlledDids(dids, tenant, controller, existing)
      const results = []
      for (const id of ids) results.push(await deleteOne(dids, context, id, rows.get(id), controlled))
      const errors = results.flatMap((result) => ('error' in result ? [result] : []))
      const deletedRows = results.flatMap((result) => ('row' in result ? [result.row] : []))
      return {
        status: 200,
        body: {
          ids: deletedRows.map(({ id }) => id),
          dids: deletedRows.map(({ did }) => did),
          ...(errors.length > 0 && { errors }),
        },
      }
    },
  })
}

async function deleteOne(
  { services, settings }: DidsContext,
  context: RequestContext,
  id: string,
  row: DidWalletRow | undefined,
  controlled: ReadonlySet<string>,
): Promise<{ readonly row: DidWalletRow } | { readonly did: string; readonly error: unknown }> {
  try {
    if (row === undefined) throw new BillfoldError('did-wallet.not-found')
    if (!controlled.has(row.did)) throw new BillfoldError('did-auth.forbidden')
    await deleteDidWallet(services, settings, actorFromRequest(context), row)
    return { row }
  } catch (error) {
    return { did: row?.did ?? id, error: toItemErrorBody(error) }
  }
}

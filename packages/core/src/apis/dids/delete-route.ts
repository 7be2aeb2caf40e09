import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { type RequestContext, type Route, route } from '../../http/index.ts'
import { identitiesById } from '../../identities/find.ts'
import { removeIdentity } from '../../identities/remove.ts'
import type { IdentityRow } from '../../identities/seal-key.ts'
import { missing } from '../../vaults/wallet-config-schema.ts'
import { actorOf } from '../authority.ts'
import { changingHeaders, didAuthorityOf } from './authority.ts'
import { controlledOf } from './controlled.ts'
import type { Dids } from './dids.ts'
import { itemFailure } from './item-failure.ts'
import { bodyLimit, mostItems, replies } from './schemas.ts'

const body = z.object({ ids: z.array(z.string(missing).max(64), missing).min(1).max(mostItems) })

const act = 'DELETE /wallet'

/** Deletes wallets one by one. */
export function deleteRoute(dids: Dids): Route {
  const { services, settings, service } = dids
  return route({
    id: 'deleteWallets',
    method: 'DELETE',
    path: '/wallet',
    summary: 'Delete DID wallets and their keys by id',
    guard: service,
    headers: changingHeaders,
    body: { encoding: 'json', schema: body, limit: bodyLimit, raw: true, optional: true },
    replies: {
      200: { description: 'The deleted wallets, and the errors of the others', schema: replies.deleted },
      403: { description: 'The token is invalid or controls none of the wallets' },
    },
    handler: async ({ body: { ids }, headers }, context) => {
      const { tenant } = context.caller
      const controller = await didAuthorityOf(dids, context, { act, roles: ['owner'] }, headers['x-did-auth'])
      const rows = new Map((await identitiesById(services, tenant, ids)).map((row) => [row.id, row]))
      const isAdmin = settings.adminDids.has(controller.did)
      const existing = [...rows.values()].map(({ did }) => did)
      const controlled = isAdmin ? new Set(existing) : await controlledOf(dids, tenant, controller, existing)
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
  { services, settings }: Dids,
  context: RequestContext,
  id: string,
  row: IdentityRow | undefined,
  controlled: ReadonlySet<string>,
): Promise<{ readonly row: IdentityRow } | { readonly did: string; readonly error: unknown }> {
  try {
    if (row === undefined) throw new BillfoldError('identity.unknown')
    if (!controlled.has(row.did)) throw new BillfoldError('did-auth.forbidden')
    await removeIdentity(services, settings, actorOf(context), row)
    return { row }
  } catch (error) {
    return { did: row?.did ?? id, error: itemFailure(error) }
  }
}

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

/** Deletes wallets, each on its own. */
export function deleteRoute(dids: Dids): Route {
  const { services, settings, service } = dids
  return route({
    id: 'deleteWallets',
    method: 'DELETE',
    path: '/wallet',
    summary: 'Delete identity wallets by their ids; their keys are destroyed',
    guard: service,
    headers: changingHeaders,
    body: { encoding: 'json', schema: body, limit: bodyLimit, raw: true, optional: true },
    replies: {
      200: { description: 'What was deleted, and what went wrong with the others', schema: replies.deleted },
      403: { description: 'The token is not valid, or controls none of the wallets' },
    },
    handler: async ({ body: { ids }, headers }, context) => {
      const { tenant } = context.caller
      const authority = await didAuthorityOf(dids, context, { act, roles: ['owner'] }, headers['x-did-auth'])
      const rows = new Map((await identitiesById(services, tenant, ids)).map((row) => [row.id, row]))
      const isAdmin = settings.adminDids.has(authority.did)
      const known = [...rows.values()].map(({ did }) => did)
      const controlled = isAdmin ? new Set(known) : await controlledOf(dids, tenant, authority, known)
      const outcomes = []
      for (const id of ids) outcomes.push(await deleted(dids, context, id, rows.get(id), controlled))
      const errors = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : []))
      const gone = outcomes.flatMap((outcome) => ('row' in outcome ? [outcome.row] : []))
      return {
        status: 200,
        body: {
          ids: gone.map(({ id }) => id),
          dids: gone.map(({ did }) => did),
          ...(errors.length > 0 && { errors }),
        },
      }
    },
  })
}

async function deleted(
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

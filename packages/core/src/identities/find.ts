import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { IdentityRow } from './seal-key.ts'
import { identities } from './tables.ts'

/** Filters of a list of DID wallets; absent fields do not restrict it. */
export interface IdentityFilter {
  readonly vaultId?: string | undefined
  readonly did?: string | undefined
  readonly alias?: string | undefined
}

/** A page of a list: at most `limit` rows after the id `after`. */
export interface IdentityPage {
  readonly limit: number
  readonly after?: string | undefined
}

/** A page of DID wallets, and the id to continue after if there are more. */
export interface ListedIdentities {
  readonly rows: readonly IdentityRow[]
  readonly next: string | undefined
}

/**
 * Lists the DID wallets of a tenant that match a filter, oldest first. Uses keyset pagination: the cost of a page does
 * not depend on its position.
 */
export async function listIdentities(
  services: Services,
  tenant: string,
  { vaultId, did, alias }: IdentityFilter,
  { limit, after }: IdentityPage,
): Promise<ListedIdentities> {
  const found = await services.storage.find(identities, {
    where: {
      tenant,
      state: 'live',
      ...(vaultId !== undefined && { vaultId }),
      ...(did !== undefined && { did }),
      ...(alias !== undefined && { alias }),
      ...(after !== undefined && { id: { gt: after } }),
    },
    orderBy: [['id', 'asc']],
    limit: limit + 1,
  })
  const rows = found.slice(0, limit)
  return { rows, next: found.length > limit ? rows.at(-1)?.id : undefined }
}

/** Returns the DID wallet of a DID. @throws BillfoldError `did-wallet.not-found` */
export async function findIdentity(services: Services, tenant: string, did: string): Promise<IdentityRow> {
  const [row] = await services.storage.find(identities, { where: { tenant, did, state: 'live' }, limit: 1 })
  if (row === undefined) throw new BillfoldError('identity.unknown')
  return row
}

/** Returns the DID wallet with an id. @throws BillfoldError `did-wallet.not-found` */
export async function findIdentityById(services: Services, tenant: string, id: string): Promise<IdentityRow> {
  const [row] = await services.storage.find(identities, { where: { id, tenant, state: 'live' }, limit: 1 })
  if (row === undefined) throw new BillfoldError('identity.unknown')
  return row
}

/** Lists the existing DID wallets among at most 1,000 ids. */
export function identitiesById(services: Services, tenant: string, ids: readonly string[]): Promise<IdentityRow[]> {
  return services.storage.find(identities, { where: { id: { in: [...new Set(ids)] }, tenant, state: 'live' } })
}

/** Finds the DID wallet whose key has the given address. */
export async function heldKeyOf(services: Services, tenant: string, address: string): Promise<IdentityRow | undefined> {
  const [row] = await services.storage.find(identities, { where: { tenant, address, state: 'live' }, limit: 1 })
  return row
}

import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { IdentityRow } from './seal-key.ts'
import { identities } from './tables.ts'

/** Which DID wallets to list; what is absent does not narrow. */
export interface IdentityFilter {
  readonly vaultId?: string | undefined
  readonly did?: string | undefined
  readonly alias?: string | undefined
}

/** A page of a list: at most `limit`, from the one behind `after` (an id). */
export interface IdentityPage {
  readonly limit: number
  readonly after?: string | undefined
}

/** A page of DID wallets, and, where there are more, the id to ask for them with. */
export interface ListedIdentities {
  readonly rows: readonly IdentityRow[]
  readonly next: string | undefined
}

/** The DID wallets of a tenant that pass a filter, oldest first. Every page costs the same, however many come before it. */
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

/** The DID wallet with a DID. @throws BillfoldError `identity.unknown` */
export async function findIdentity(services: Services, tenant: string, did: string): Promise<IdentityRow> {
  const [row] = await services.storage.find(identities, { where: { tenant, did, state: 'live' }, limit: 1 })
  if (row === undefined) throw new BillfoldError('identity.unknown')
  return row
}

/** The DID wallet with an id. @throws BillfoldError `identity.unknown` */
export async function findIdentityById(services: Services, tenant: string, id: string): Promise<IdentityRow> {
  const [row] = await services.storage.find(identities, { where: { id, tenant, state: 'live' }, limit: 1 })
  if (row === undefined) throw new BillfoldError('identity.unknown')
  return row
}

/** Those of some ids that are there; at most 1,000 ids. */
export function identitiesById(services: Services, tenant: string, ids: readonly string[]): Promise<IdentityRow[]> {
  return services.storage.find(identities, { where: { id: { in: [...new Set(ids)] }, tenant, state: 'live' } })
}

/** A DID wallet whose key is the one of an address, if one is held. */
export async function heldKeyOf(services: Services, tenant: string, address: string): Promise<IdentityRow | undefined> {
  const [row] = await services.storage.find(identities, { where: { tenant, address, state: 'live' }, limit: 1 })
  return row
}

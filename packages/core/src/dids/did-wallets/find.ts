import type { CustodyServices } from '../../custody/services.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { toCanonicalDid } from '../registries/did.ts'
import type { DidWalletRow } from './seal-key.ts'
import { didWallets } from './tables.ts'

/** Filters of a list of DID wallets; absent fields do not restrict it. */
export interface DidWalletFilter {
  readonly vaultId?: string | undefined
  readonly did?: string | undefined
  readonly alias?: string | undefined
}

/** A page of a list: at most `limit` rows after the id `after`. */
export interface DidWalletPageOptions {
  readonly limit: number
  readonly after?: string | undefined
}

/** A page of DID wallets, and the id to continue after if there are more. */
export interface DidWalletPage {
  readonly rows: readonly DidWalletRow[]
  readonly next: string | undefined
}

/**
 * Lists the DID wallets of a tenant that match a filter, oldest first. Uses keyset pagination: the cost of a page does
 * not depend on its position.
 */
export async function listDidWallets(
  services: CustodyServices,
  tenant: string,
  { vaultId, did, alias }: DidWalletFilter,
  { limit, after }: DidWalletPageOptions,
): Promise<DidWalletPage> {
  const found = await services.storage.find(didWallets, {
    where: {
      tenant,
      state: 'live',
      ...(vaultId !== undefined && { vaultId }),
      ...(did !== undefined && { did: toLookupDid(did) }),
      ...(alias !== undefined && { alias }),
      ...(after !== undefined && { id: { gt: after } }),
    },
    orderBy: [['id', 'asc']],
    limit: limit + 1,
    mayBeStale: true,
  })
  const rows = found.slice(0, limit)
  return { rows, next: found.length > limit ? rows.at(-1)?.id : undefined }
}

/** Wallets are stored under the canonical form of their DID. A text that is no DID finds nothing. */
function toLookupDid(did: string): string {
  try {
    return toCanonicalDid(did)
  } catch (error) {
    if (isBillfoldError(error)) return did
    throw error
  }
}

/** Returns the DID wallet of a DID. @throws BillfoldError `did-wallet.not-found` */
export async function getDidWallet(services: CustodyServices, tenant: string, did: string): Promise<DidWalletRow> {
  const [row] = await services.storage.find(didWallets, {
    where: { tenant, did: toLookupDid(did), state: 'live' },
    limit: 1,
  })
  if (row === undefined) throw new BillfoldError('did-wallet.not-found')
  return row
}

/** Returns the DID wallet with an id. @throws BillfoldError `did-wallet.not-found` */
export async function getDidWalletById(services: CustodyServices, tenant: string, id: string): Promise<DidWalletRow> {
  const [row] = await services.storage.find(didWallets, { where: { id, tenant, state: 'live' }, limit: 1 })
  if (row === undefined) throw new BillfoldError('did-wallet.not-found')
  return row
}

/** Lists the existing DID wallets among at most 1,000 ids. */
export function listDidWalletsById(
  services: CustodyServices,
  tenant: string,
  ids: readonly string[],
): Promise<DidWalletRow[]> {
  return services.storage.find(didWallets, { where: { id: { in: [...new Set(ids)] }, tenant, state: 'live' } })
}

/** Finds the DID wallet whose key has the given address. */
export async function findDidWalletByAddress(
  services: CustodyServices,
  tenant: string,
  address: string,
): Promise<DidWalletRow | undefined> {
  const [row] = await services.storage.find(didWallets, { where: { tenant, address, state: 'live' }, limit: 1 })
  return row
}

import type { CustodyServices } from '../services.ts'
import type { Where } from '../../kernel/storage/index.ts'
import { wallets } from '../wallets/tables.ts'
import { transactions } from './tables.ts'
import type { TransactionRow } from './transaction-row.ts'

/** The status of a stored transaction, by its state: final ones are known from the chain, others are pending. */
const storedStatuses = {
  signed: 'PENDING',
  sent: 'PENDING',
  mined: 'SUCCEEDED',
  failed: 'FAILED',
  rejected: 'FAILED',
  replaced: 'OVERRIDDEN',
} as const

/** The status of a stored transaction. */
export type StoredStatus = (typeof storedStatuses)[keyof typeof storedStatuses]

/** Criteria for listing transactions. Absent fields do not filter. */
export interface TransactionFilter {
  /** Statuses that no stored transaction has select none. */
  readonly statuses?: readonly string[] | undefined
  readonly userId?: string | undefined
  /** The origins of users whose transactions are listed, with `none` for wallets without a user. */
  readonly userOrigins?: readonly string[] | undefined
}

/** A part of a list of transactions; newest first by default. */
export interface TransactionPage {
  readonly offset: number
  readonly limit: number
  readonly sortOrder?: 'asc' | 'desc' | undefined
}

const transferTypes = [
  'TRANSFER',
  'GAS_TRANSFER',
  'TOKEN_TRANSFER',
  'NFT_TRANSFER',
  'CONTRACT_EXECUTION',
  'DELEGATION',
  'BATCH',
]

/** The maximum number of wallets of a user, see `maxWalletsPerUser`. */
const maxWallets = 1000

/** Lists the transactions that were sent for the wallets of a tenant. */
export async function listTransactions(
  services: CustodyServices,
  tenant: string,
  { statuses, userId, userOrigins }: TransactionFilter,
  { offset, limit, sortOrder = 'desc' }: TransactionPage,
): Promise<TransactionRow[]> {
  const states = Object.entries(storedStatuses)
    .filter(([, status]) => statuses?.includes(status) !== false)
    .map(([state]) => state)
  const owned =
    userId === undefined
      ? undefined
      : await services.storage.find(wallets, { where: { tenant, userId }, limit: maxWallets })
  if (states.length === 0 || owned?.length === 0) return []
  const where: Where<TransactionRow> = {
    tenant,
    // DID registries keep the transactions of their payer in the same table.
    type: { in: transferTypes },
    ...(statuses !== undefined && { state: { in: states } }),
    ...(userOrigins !== undefined && { userOrigin: { in: [...userOrigins] } }),
    ...(owned !== undefined && { walletId: { in: owned.map(({ id }) => id) } }),
  }
  return services.storage.find(transactions, { where, orderBy: [['id', sortOrder]], limit, offset, mayBeStale: true })
}

/** Finds a transaction that was sent for a wallet of a tenant. */
export async function findTransaction(
  { storage }: CustodyServices,
  tenant: string,
  id: string,
  userOrigins?: readonly string[],
): Promise<TransactionRow | undefined> {
  const visible = userOrigins === undefined ? {} : { userOrigin: { in: [...userOrigins] } }
  const where = { id, tenant, type: { in: transferTypes }, ...visible }
  const [row] = await storage.find(transactions, { where, limit: 1 })
  return row
}

/** Returns the status of a stored transaction. */
export function toStoredStatus({ state }: Pick<TransactionRow, 'state'>): StoredStatus {
  return Object.entries(storedStatuses).find(([name]) => name === state)?.[1] ?? 'PENDING'
}

import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { insert, type RowOf, StaleReadError, update, type Write } from '../../kernel/storage/index.ts'
import type { LedgerAccount } from './accounts.ts'
import type { AccountBalances } from './balances.ts'
import { transferWrites, transferWritesUnread } from './transfer-writes.ts'
import { ledgerHolds } from './tables.ts'

/** A row of `ledger_holds`. */
export type HoldRow = RowOf<typeof ledgerHolds>

/**
 * Input of a hold: money of a user that is reserved for one purpose. `id` is a UUID made by the caller, `owner` a
 * user id, `amount` in minor units, `subject` what the hold is for (at most 64 characters).
 */
export interface HoldInput {
  readonly id: string
  readonly tenant: string
  readonly owner: string
  readonly currency: string
  readonly amount: bigint
  readonly subject: string
}

/** The transfer that captures or releases a hold. */
export interface HoldTransfer {
  readonly transferId: string
  /** True to assume that the accounts exist instead of reading them. The commit fails if one does not. */
  readonly unread?: boolean
  /** Kind of the transfer: `payment.completed`, ... */
  readonly kind: string
}

/**
 * The writes that hold money. Commit them together, inside `retryOnConflict`.
 * @param known the balances of {@link listHoldBalances}, if this attempt has read them already
 * @throws BillfoldError `ledger.insufficient-funds`
 */
export async function holdWrites(
  services: Services,
  hold: HoldInput,
  kind: string,
  now: number = services.now(),
  known?: AccountBalances,
): Promise<readonly Write[]> {
  const { tenant, owner, currency, amount, subject } = hold
  const legs = [
    { account: { kind: 'available', owner }, amount: -amount },
    { account: { kind: 'held', owner }, amount },
  ] as const
  const row: HoldRow = { ...hold, state: 'pending', createdAt: now, endedAt: null }
  return [
    insert(ledgerHolds, row),
    ...(await transferWrites(services, { id: newId(), tenant, currency, kind, subject, legs }, now, known)),
  ]
}

/** The writes that release a hold: the money returns to its owner. The first write fails if the hold has ended. */
export function releaseWrites(services: Services, hold: HoldRow, end: HoldTransfer): Promise<readonly Write[]> {
  return endWrites(services, hold, 'released', { kind: 'available', owner: hold.owner }, end)
}

/** The writes that capture a hold: the money moves to the receiver. The first write fails if the hold has ended. */
export function captureWrites(
  services: Services,
  hold: HoldRow,
  receiver: LedgerAccount,
  end: HoldTransfer,
): Promise<readonly Write[]> {
  return endWrites(services, hold, 'captured', receiver, end)
}

/** @throws BillfoldError `ledger.hold-not-found` */
export async function getHold(services: Services, tenant: string, id: string): Promise<HoldRow> {
  const [row] = await services.storage.find(ledgerHolds, { where: { id, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('ledger.hold-not-found')
  return row
}

async function endWrites(
  services: Services,
  { id, tenant, owner, currency, amount, subject }: HoldRow,
  state: 'released' | 'captured',
  receiver: LedgerAccount,
  { transferId, kind, unread = false }: HoldTransfer,
): Promise<readonly Write[]> {
  const legs = [
    { account: { kind: 'held', owner } as const, amount: -amount },
    { account: receiver, amount },
  ]
  const transfer = { id: transferId, tenant, currency, kind, subject, legs }
  return [
    update(ledgerHolds, { where: { id, tenant, state: 'pending' }, set: { state, endedAt: services.now() } }),
    ...(unread
      ? transferWritesUnread(transfer, services.now())
      : await transferWrites(services, transfer).catch(toStaleRead)),
  ]
}

/** A pending hold always has its money. If it is missing, the hold has ended since it was read. */
function toStaleRead(error: unknown): never {
  if (isBillfoldError(error, 'ledger.insufficient-funds')) throw new StaleReadError()
  throw error
}

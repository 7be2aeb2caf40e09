import { BillfoldError, isBillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { insert, type RowOf, StaleRead, update, type Write } from '../storage/index.ts'
import type { Account } from './accounts.ts'
import { posting } from './posting.ts'
import { ledgerHolds } from './tables.ts'

/** A hold as it is kept. */
export type HoldRow = RowOf<typeof ledgerHolds>

/** What is set aside of a user's money, and for what. */
export interface HoldInput {
  readonly id: string
  readonly tenant: string
  readonly owner: string
  readonly currency: string
  readonly amount: bigint
  readonly subject: string
}

/** What a hold's end says about itself. */
export interface HoldEnd {
  readonly transferId: string
  /** The kind of the transfer: `payment.completed`, ... */
  readonly kind: string
}

/**
 * The writes that set money aside; in one commit, inside a `decide`.
 * @throws BillfoldError `ledger.insufficient-funds`
 */
export async function holding(
  services: Services,
  hold: HoldInput,
  kind: string,
  now: number = services.now(),
): Promise<readonly Write[]> {
  const { tenant, owner, currency, amount, subject } = hold
  const legs = [
    { account: { kind: 'available', owner }, amount: -amount },
    { account: { kind: 'held', owner }, amount },
  ] as const
  const row = { ...hold, state: 'open', openedAt: now, endedAt: null }
  return [
    insert(ledgerHolds, row),
    ...(await posting(services, { id: newId(), tenant, currency, kind, subject, legs }, now)),
  ]
}

/** The writes that give money back that was set aside; the first of them fails where the hold has ended. */
export function releasing(services: Services, hold: HoldRow, end: HoldEnd): Promise<readonly Write[]> {
  return ending(services, hold, 'released', { kind: 'available', owner: hold.owner }, end)
}

/** The writes that move money that was set aside to where it was for; the first of them fails where the hold has ended. */
export function capturing(
  services: Services,
  hold: HoldRow,
  receiver: Account,
  end: HoldEnd,
): Promise<readonly Write[]> {
  return ending(services, hold, 'captured', receiver, end)
}

/** @throws BillfoldError `ledger.hold-unknown` */
export async function findHold(services: Services, tenant: string, id: string): Promise<HoldRow> {
  const [row] = await services.storage.find(ledgerHolds, { where: { id, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('ledger.hold-unknown')
  return row
}

async function ending(
  services: Services,
  { id, tenant, owner, currency, amount, subject }: HoldRow,
  state: 'released' | 'captured',
  receiver: Account,
  { transferId, kind }: HoldEnd,
): Promise<readonly Write[]> {
  const legs = [
    { account: { kind: 'held', owner } as const, amount: -amount },
    { account: receiver, amount },
  ]
  const transfer = { id: transferId, tenant, currency, kind, subject, legs }
  return [
    update(ledgerHolds, { where: { id, tenant, state: 'open' }, set: { state, endedAt: services.now() } }),
    ...(await posting(services, transfer).catch(staleHold)),
  ]
}

/** What an open hold has set aside is there: where it is not, the hold has ended since it was read. */
function staleHold(error: unknown): never {
  if (isBillfoldError(error, 'ledger.insufficient-funds')) throw new StaleRead()
  throw error
}

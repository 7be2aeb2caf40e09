import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { insert, update, type Write } from '../storage/index.ts'
import { type Account, type AccountPlace, accountRow, hasFloor, placeToWrite } from './accounts.ts'
import { ledgerAccounts, ledgerEntries, ledgerTransfers } from './tables.ts'

/** What a transfer does to one account: a positive amount comes in, a negative one goes out. Minor units. */
export interface Leg {
  readonly account: Account
  readonly amount: bigint
}

/** A transfer, before it is posted. */
export interface TransferInput {
  /** A UUID that whoever asks has made, so that a repeat is recognised. */
  readonly id: string
  readonly tenant: string
  readonly currency: string
  /** At most 32 characters. */
  readonly kind: string
  /** At most 64 characters. */
  readonly subject: string
  readonly legs: readonly Leg[]
}

/** Most legs of one transfer. */
export const mostLegs = 16

interface PlacedLeg {
  readonly place: AccountPlace
  readonly amount: bigint
}

/**
 * The writes of a transfer: accounts that are not open yet, balances (guarded by their floor), the transfer, its entries. They
 * belong in one commit, inside a `decide`: whoever loses a race reads the balances anew and is told here. Balances are written
 * in the order of their ids, so that transfers that cross each other do not block each other. `now` is when, in milliseconds since 1970.
 * @throws BillfoldError `ledger.insufficient-funds`, `ledger.unbalanced`
 */
export async function posting(
  services: Services,
  transfer: TransferInput,
  now: number = services.now(),
): Promise<readonly Write[]> {
  const { id, tenant, currency, kind, subject } = transfer
  const legs = placedLegs(transfer)
  const ids = legs.map(({ place }) => place.id)
  const rows = await services.storage.find(ledgerAccounts, { where: { id: { in: ids } } })
  const balances = new Map(rows.map((row) => [row.id, row.balance]))
  for (const leg of legs) assertFloor(leg, balances.get(leg.place.id) ?? 0n)
  return [
    ...legs.filter(({ place }) => !balances.has(place.id)).map(({ place }) => accountRow(place, now)),
    ...legs.map(balanceWrite),
    insert(ledgerTransfers, { id, tenant, kind, currency, subject, at: now }),
    ...legs.map(({ place, amount }, position) =>
      insert(ledgerEntries, { transferId: id, position, tenant, accountId: place.id, amount }),
    ),
  ]
}

/** The legs by the order of their rows. */
function placedLegs({ tenant, currency, legs }: TransferInput): readonly PlacedLeg[] {
  const placed = legs
    .map(({ account, amount }) => ({ place: placeToWrite(tenant, currency, account), amount }))
    .sort((one, other) => (one.place.id < other.place.id ? -1 : 1))
  const sum = legs.reduce((total, { amount }) => total + amount, 0n)
  const distinct = new Set(placed.map(({ place }) => place.id)).size
  const sound = legs.length >= 2 && legs.length <= mostLegs && distinct === legs.length
  if (!sound || sum !== 0n || legs.some(({ amount }) => amount === 0n)) throw new BillfoldError('ledger.unbalanced')
  return placed
}

function assertFloor({ place, amount }: PlacedLeg, balance: bigint): void {
  if (amount < 0n && hasFloor(place.kind) && balance + amount < 0n) throw new BillfoldError('ledger.insufficient-funds')
}

function balanceWrite({ place, amount }: PlacedLeg): Write {
  const floor = amount < 0n && hasFloor(place.kind) ? { balance: { gte: -amount } } : {}
  return update(ledgerAccounts, { where: { id: place.id, ...floor }, add: { balance: amount, entries: 1 } })
}

import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { batch, retryOnConflict } from '../../kernel/storage/index.ts'
import type { LedgerAccount } from './accounts.ts'
import {
  getAccountBalance,
  listUserBalances,
  type LedgerEntry,
  listLedgerEntries,
  type UserBalance,
} from './balances.ts'
import { captureWrites, getHold, type HoldInput, type HoldRow, holdWrites, releaseWrites } from './holds.ts'
import type { TransferInput } from './transfer-writes.ts'
import { ledgerHolds } from './tables.ts'
import { createTransfer, type TransferRow } from './transfer.ts'

/**
 * The double-entry ledger, as `billfold.payments.ledger`. Amounts are bigint in minor units. The tenant defaults to
 * the host's own. Ids are UUIDs made by the caller: repeating a transfer or a hold with the same id returns the first
 * result.
 * @example
 * ```ts
 * import { type Billfold, newId } from '@billfold/core'
 *
 * async function chargeFee({ payments }: Billfold, userId: string) {
 *   await payments.ledger.transfer({
 *     id: newId(),
 *     currency: 'USD',
 *     kind: 'fee',
 *     subject: 'order 17',
 *     legs: [
 *       { account: { kind: 'available', owner: userId }, amount: -25n },
 *       { account: { kind: 'fees' }, amount: 25n },
 *     ],
 *   })
 * }
 * ```
 */
export interface LedgerApi {
  /**
   * Moves money between accounts. Held money can only be moved by capturing or releasing its hold.
   * @throws BillfoldError `ledger.insufficient-funds`, `ledger.unbalanced`, `ledger.id-reused`, `ledger.held-funds`
   */
  readonly transfer: (input: Omit<TransferInput, 'tenant'> & { readonly tenant?: string }) => Promise<TransferRow>
  /**
   * Holds money of a user. @throws BillfoldError `ledger.insufficient-funds`, `ledger.unbalanced`, `ledger.id-reused`
   */
  readonly hold: (input: Omit<HoldInput, 'tenant'> & { readonly tenant?: string }) => Promise<HoldRow>
  /**
   * Moves held money to an account that is not a `held` one.
   * @throws BillfoldError `ledger.hold-not-found`, `ledger.hold-ended`, `ledger.held-funds`
   */
  readonly capture: (holdId: string, receiver: LedgerAccount, tenant?: string) => Promise<void>
  /** Returns held money to its owner. @throws BillfoldError `ledger.hold-not-found`, `ledger.hold-ended` */
  readonly release: (holdId: string, tenant?: string) => Promise<void>
  /** Returns the balance of an account in minor units; zero if the account does not exist. */
  readonly getBalance: (currency: string, account: LedgerAccount, tenant?: string) => Promise<bigint>
  /** Lists the balances of a user by currency. */
  readonly listBalances: (userId: string, tenant?: string) => Promise<readonly UserBalance[]>
  /**
   * Lists the entries of a user's account, oldest first. `after` is the transfer id of the last entry of the previous
   * page.
   */
  readonly listEntries: (
    currency: string,
    account: Extract<LedgerAccount, { owner: string }>,
    page: { readonly after?: string; readonly limit: number },
    tenant?: string,
  ) => Promise<readonly LedgerEntry[]>
}

/** Subject prefix of the host's own holds. Holds of payments and withdrawals cannot be ended through this API. */
const hostSubject = 'host'

/** Creates the ledger functions that a host calls directly. */
export function createLedgerApi(services: Services, host: (tenant?: string) => Actor): LedgerApi {
  return {
    transfer: async ({ tenant, ...input }) => {
      const actor = host(tenant)
      for (const { account } of input.legs) assertNotHeld(account)
      return createTransfer(services, actor, { ...input, tenant: actor.tenant })
    },
    hold: ({ tenant, ...input }) => {
      const actor = host(tenant)
      return hold(services, actor, { ...input, tenant: actor.tenant })
    },
    capture: (holdId, receiver, tenant) => end(services, host(tenant), holdId, receiver),
    release: (holdId, tenant) => end(services, host(tenant), holdId, undefined),
    getBalance: (currency, account, tenant) => getAccountBalance(services, host(tenant).tenant, currency, account),
    listBalances: (userId, tenant) => listUserBalances(services, host(tenant).tenant, userId),
    listEntries: (currency, account, page, tenant) =>
      listLedgerEntries(services, host(tenant).tenant, currency, account, page),
  }
}

/** The held balance is the sum of the holds. A direct transfer would leave a hold without money. */
function assertNotHeld({ kind }: LedgerAccount): void {
  if (kind === 'held') throw new BillfoldError('ledger.held-funds')
}

function hold(services: Services, actor: Actor, input: HoldInput): Promise<HoldRow> {
  const wanted = { ...input, subject: `${hostSubject}:${input.subject}` }
  return retryOnConflict(async () => {
    const [before] = await services.storage.find(ledgerHolds, { where: { id: input.id }, limit: 1 })
    if (before !== undefined) return assertSameHold(before, wanted)
    if (input.amount <= 0n) throw new BillfoldError('ledger.unbalanced')
    const createdAt = services.now()
    const writes = await holdWrites(services, wanted, 'hold', createdAt)
    await services.storage.commit(batch(...writes, auditWrite(actor, 'ledger.held', input.id, createdAt)))
    return { ...wanted, state: 'pending', createdAt, endedAt: null }
  })
}

function assertSameHold(before: HoldRow, wanted: HoldInput): HoldRow {
  const { tenant, owner, currency, amount, subject } = before
  const same =
    tenant === wanted.tenant &&
    owner === wanted.owner &&
    currency === wanted.currency &&
    amount === wanted.amount &&
    subject === wanted.subject
  if (!same) throw new BillfoldError('ledger.id-reused')
  return before
}

/** Captures a hold, or releases it if there is no receiver. */
function end(services: Services, actor: Actor, holdId: string, receiver: LedgerAccount | undefined): Promise<void> {
  return retryOnConflict(async () => {
    const row = await getHold(services, actor.tenant, holdId)
    if (!row.subject.startsWith(`${hostSubject}:`)) throw new BillfoldError('ledger.hold-not-found')
    if (row.state !== 'pending') throw new BillfoldError('ledger.hold-ended')
    if (receiver !== undefined) assertNotHeld(receiver)
    const transferId = newId()
    const writes =
      receiver === undefined
        ? await releaseWrites(services, row, { transferId, kind: 'hold.released' })
        : await captureWrites(services, row, receiver, { transferId, kind: 'hold.captured' })
    const action = receiver === undefined ? 'ledger.released' : 'ledger.captured'
    await services.storage.commit(batch(...writes, auditWrite(actor, action, holdId, services.now())))
  })
}

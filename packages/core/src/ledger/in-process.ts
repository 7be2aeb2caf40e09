import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, decide } from '../storage/index.ts'
import type { Account } from './accounts.ts'
import { balanceOf, balancesOfUser, type Entry, entriesOf, type UserBalance } from './balances.ts'
import { capturing, findHold, type HoldInput, type HoldRow, holding, releasing } from './holds.ts'
import type { TransferInput } from './posting.ts'
import { ledgerHolds } from './tables.ts'
import { transfer, type TransferRow } from './transfer.ts'

/**
 * The ledger, for the host to call: double entry in minor units (bigint). A tenant that is not named is the host's own. Ids
 * are UUIDs that the caller makes; a transfer or a hold that is repeated with the same id is answered as the first time.
 */
export interface Ledger {
  /**
   * Moves money between accounts; what is held is moved by the end of its hold alone.
   * @throws BillfoldError `ledger.insufficient-funds`, `ledger.unbalanced`, `ledger.transfer-reused`, `ledger.held`
   */
  readonly transfer: (input: Omit<TransferInput, 'tenant'> & { readonly tenant?: string }) => Promise<TransferRow>
  /** Sets money of a user aside. @throws BillfoldError `ledger.insufficient-funds`, `ledger.transfer-reused` */
  readonly hold: (input: Omit<HoldInput, 'tenant'> & { readonly tenant?: string }) => Promise<HoldRow>
  /** Moves what was set aside to an account that is not a held one. @throws BillfoldError `ledger.hold-unknown`, `ledger.hold-ended`, `ledger.held` */
  readonly capture: (holdId: string, receiver: Account, tenant?: string) => Promise<void>
  /** Gives back what was set aside. @throws BillfoldError `ledger.hold-unknown`, `ledger.hold-ended` */
  readonly release: (holdId: string, tenant?: string) => Promise<void>
  /** In minor units. */
  readonly balance: (currency: string, account: Account, tenant?: string) => Promise<bigint>
  /** What a user has, by currency. */
  readonly balancesOfUser: (userId: string, tenant?: string) => Promise<readonly UserBalance[]>
  /** The entries of a user's account, oldest first. */
  readonly entries: (
    currency: string,
    account: Extract<Account, { owner: string }>,
    page: { readonly after?: string; readonly limit: number },
    tenant?: string,
  ) => Promise<readonly Entry[]>
}

/** What the host's own holds are for; those of payments and withdrawals are theirs to end. */
const hostSubject = 'host'

/** The ledger over these services. */
export function inProcessLedger(services: Services, host: (tenant?: string) => Actor): Ledger {
  return {
    transfer: async ({ tenant, ...input }) => {
      const actor = host(tenant)
      for (const { account } of input.legs) assertNotHeld(account)
      return transfer(services, actor, { ...input, tenant: actor.tenant })
    },
    hold: ({ tenant, ...input }) => {
      const actor = host(tenant)
      return hold(services, actor, { ...input, tenant: actor.tenant })
    },
    capture: (holdId, receiver, tenant) => end(services, host(tenant), holdId, receiver),
    release: (holdId, tenant) => end(services, host(tenant), holdId, undefined),
    balance: (currency, account, tenant) => balanceOf(services, host(tenant).tenant, currency, account),
    balancesOfUser: (userId, tenant) => balancesOfUser(services, host(tenant).tenant, userId),
    entries: (currency, account, page, tenant) => entriesOf(services, host(tenant).tenant, currency, account, page),
  }
}

/** What is held is the sum of the holds: money that came or went by itself would leave one that nobody can end. */
function assertNotHeld({ kind }: Account): void {
  if (kind === 'held') throw new BillfoldError('ledger.held')
}

function hold(services: Services, actor: Actor, input: HoldInput): Promise<HoldRow> {
  const wanted = { ...input, subject: `${hostSubject}:${input.subject}` }
  return decide(async () => {
    const [before] = await services.storage.find(ledgerHolds, { where: { id: input.id }, limit: 1 })
    if (before !== undefined) return sameHold(before, wanted)
    if (input.amount <= 0n) throw new BillfoldError('ledger.unbalanced')
    const openedAt = services.now()
    const writes = await holding(services, wanted, 'hold', openedAt)
    await services.storage.commit(batch(...writes, auditRecord(actor, 'ledger.held', input.id, openedAt)))
    return { ...wanted, state: 'open', openedAt, endedAt: null }
  })
}

function sameHold(before: HoldRow, wanted: HoldInput): HoldRow {
  const { tenant, owner, currency, amount, subject } = before
  const same =
    tenant === wanted.tenant &&
    owner === wanted.owner &&
    currency === wanted.currency &&
    amount === wanted.amount &&
    subject === wanted.subject
  if (!same) throw new BillfoldError('ledger.transfer-reused')
  return before
}

/** Without a receiver the money goes back. */
function end(services: Services, actor: Actor, holdId: string, receiver: Account | undefined): Promise<void> {
  return decide(async () => {
    const row = await findHold(services, actor.tenant, holdId)
    if (!row.subject.startsWith(`${hostSubject}:`)) throw new BillfoldError('ledger.hold-unknown')
    if (row.state !== 'open') throw new BillfoldError('ledger.hold-ended')
    if (receiver !== undefined) assertNotHeld(receiver)
    const transferId = newId()
    const writes =
      receiver === undefined
        ? await releasing(services, row, { transferId, kind: 'hold.released' })
        : await capturing(services, row, receiver, { transferId, kind: 'hold.captured' })
    const act = receiver === undefined ? 'ledger.released' : 'ledger.captured'
    await services.storage.commit(batch(...writes, auditRecord(actor, act, holdId, services.now())))
  })
}

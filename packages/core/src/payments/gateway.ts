import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import { capturing, holding, posting, releasing } from '../ledger/index.ts'
import type { Services } from '../services.ts'
import { batch, decide, insert, type RowOf, update, type Write } from '../storage/index.ts'
import { identifiersOf } from '../users/identifiers.ts'
import { holdOf } from './end-payment.ts'
import { commitHeld, type Held } from './held.ts'
import { actUnder, referenceRow, unlessUsedMeanwhile } from './references.ts'
import { statementRow, statementState } from './statements.ts'
import { gatewayTransactions } from './tables.ts'

/** A deposit or a withdrawal as it is kept. */
export type GatewayRow = RowOf<typeof gatewayTransactions>

/** How a deposit or a withdrawal ends. */
export type GatewayOutcome = 'SUCCESS' | 'FAILED' | 'CANCELLED'

/** What is asked for. */
export interface GatewayInput {
  readonly userId: string
  readonly reference: string
  readonly type: 'DEPOSIT' | 'WITHDRAWAL'
  readonly currency: string
  /** Minor units. */
  readonly amount: bigint
  readonly gateway: string
  readonly fundingMethod: string
}

/**
 * Notes a deposit or a withdrawal that a payment gateway is to carry out; a withdrawal sets its amount aside at once. A repeat under
 * the same reference changes nothing.
 * @throws BillfoldError `ledger.insufficient-funds`, `reference.reused`, and what `held` says
 */
export function createTransaction(
  services: Services,
  actor: Actor,
  input: GatewayInput,
  held: readonly Held[] = [],
): Promise<GatewayRow> {
  const kind = ['transaction', input.gateway, input.fundingMethod]
  return noted(services, actor, input, { kind, held }, async (row) => {
    const line = statementOf(row, 'pending')
    if (row.type === 'DEPOSIT') return { row, writes: [line] }
    const { id, tenant, userId: owner, currency, amount } = row
    const hold = { id, tenant, owner, currency, amount, subject: id }
    return { row, writes: [line, ...(await holding(services, hold, 'withdrawal.held'))] }
  })
}

/**
 * Credits a user with money that a gateway has already taken in: a deposit that begins and ends at once. A repeat under the same
 * reference changes nothing.
 * @throws BillfoldError `reference.reused`
 */
export function creditBalance(
  services: Services,
  actor: Actor,
  input: Omit<GatewayInput, 'type' | 'gateway' | 'fundingMethod'>,
): Promise<GatewayRow> {
  const deposit = { ...input, type: 'DEPOSIT', gateway: actor.id.slice(0, 64), fundingMethod: '' } as const
  // Not bound to the service key, which a gateway may have replaced between two tries.
  return noted(services, actor, deposit, { kind: ['balance'], held: [] }, async (pending) => {
    const transferId = newId()
    const row = { ...pending, state: 'SUCCESS', transferId, endedAt: pending.createdAt }
    return { row, writes: [statementOf(row, 'completed'), ...(await deposited(services, row, transferId))] }
  })
}

/**
 * Ends a pending deposit or withdrawal: on success the money moves, else a withdrawal's is given back. What has ended stays as it is;
 * the same outcome once more is answered alike. `userId` is whose it is said to be; undefined, for an email that is nobody's, goes for
 * somebody who was erased since, whose money must not stay set aside.
 * @throws BillfoldError `user.unknown`, `transaction.unknown`, `transaction.mismatch` for another amount, `transaction.ended`
 */
export function endTransaction(
  services: Services,
  actor: Actor,
  userId: string | undefined,
  end: {
    readonly reference: string
    readonly outcome: GatewayOutcome
    /** The amount as it was asked for, in minor units of the transaction's currency. */
    readonly amount: (currency: string) => bigint
  },
): Promise<GatewayRow> {
  const { outcome, reference } = end
  return decide(async () => {
    const { tenant } = actor
    const [row] = await services.storage.find(gatewayTransactions, { where: { tenant, reference }, limit: 1 })
    if (userId === undefined && (row === undefined || (await identifiersOf(services, row.userId)).length > 0))
      throw new BillfoldError('user.unknown')
    if (row === undefined || row.userId !== (userId ?? row.userId)) throw new BillfoldError('transaction.unknown')
    if (end.amount(row.currency) !== row.amount) throw new BillfoldError('transaction.mismatch')
    if (row.state === outcome) return row
    if (row.state !== 'PENDING') throw new BillfoldError('transaction.ended')
    const transferId = outcome === 'SUCCESS' || row.type === 'WITHDRAWAL' ? newId() : null
    const set = { state: outcome, transferId, endedAt: services.now() }
    await services.storage.commit(
      batch(
        update(gatewayTransactions, {
          where: { id: row.id, state: 'PENDING', version: row.version },
          set,
          add: { version: 1 },
        }),
        ...statementState(row.id, [row.userId], outcome === 'SUCCESS' ? 'completed' : outcome.toLowerCase()),
        ...(transferId === null ? [] : await moved(services, row, outcome, transferId)),
        auditRecord(actor, 'payments.transaction-ended', row.id, services.now(), { outcome }),
        ...gatewayEvent(services, { ...row, ...set }),
      ),
    )
    return { ...row, ...set, version: row.version + 1 }
  })
}

/** Does what is asked for under a reference, once. */
function noted(
  services: Services,
  actor: Actor,
  input: GatewayInput,
  { kind, held }: { readonly kind: readonly string[]; readonly held: readonly Held[] },
  begin: (row: GatewayRow) => Promise<{ readonly row: GatewayRow; readonly writes: readonly Write[] }>,
): Promise<GatewayRow> {
  const { tenant } = actor
  const { userId, reference, type, currency, amount } = input
  const content = [...kind, type, currency, String(amount)]
  const use = { tenant, reference, userId, content }
  return decide(async () => {
    const before = await actUnder(services, use)
    if (before !== undefined) return findTransaction(services, before)
    const createdAt = services.now()
    const ends = { transferId: null, endedAt: null, version: 1 }
    const pending = { ...input, ...ends, id: newId(), tenant, state: 'PENDING', createdAt }
    const { row, writes } = await unlessUsedMeanwhile(services, use, () => begin(pending))
    const act = auditRecord(actor, 'payments.transaction-created', row.id, createdAt, { type })
    const told = gatewayEvent(services, row)
    const noting = [referenceRow(use, row.id), insert(gatewayTransactions, row)]
    await commitHeld(services, held, act, ...noting, ...writes, ...told)
    return row
  })
}

async function findTransaction({ storage }: Services, id: string): Promise<GatewayRow> {
  const [row] = await storage.find(gatewayTransactions, { where: { id }, limit: 1 })
  if (row === undefined) throw new BillfoldError('reference.reused')
  return row
}

/** What a deposit or a withdrawal has come to, as an event. */
function gatewayEvent(
  services: Services,
  { id: transactionId, tenant, userId, type, state }: Pick<GatewayRow, 'id' | 'tenant' | 'userId' | 'type' | 'state'>,
): readonly Write[] {
  const kind = type === 'DEPOSIT' ? 'deposit' : 'withdrawal'
  const told = { transactionId, userId }
  if (state === 'PENDING') return eventWrites(services, tenant, `${kind}.created`, told)
  if (state === 'SUCCESS') return eventWrites(services, tenant, `${kind}.completed`, told)
  const outcome = state === 'CANCELLED' ? 'CANCELLED' : 'FAILED'
  return eventWrites(services, tenant, `${kind}.failed`, { ...told, outcome })
}

function statementOf(row: GatewayRow, state: string): Write {
  const { id, tenant, userId, currency, amount, type, createdAt: at } = row
  const isDeposit = type === 'DEPOSIT'
  const direction = isDeposit ? 'credit' : 'debit'
  const kind = isDeposit ? 'deposit' : 'withdrawal'
  return statementRow({ id, tenant, userId, kind, direction, counterpartId: null, currency, amount, state, at })
}

function moved(
  services: Services,
  row: GatewayRow,
  outcome: GatewayOutcome,
  transferId: string,
): Promise<readonly Write[]> {
  if (row.type === 'DEPOSIT') return deposited(services, row, transferId)
  const hold = holdOf({ ...row, owner: row.userId })
  return outcome === 'SUCCESS'
    ? capturing(services, hold, { kind: 'gateway' }, { transferId, kind: 'withdrawal' })
    : releasing(services, hold, { transferId, kind: 'withdrawal.returned' })
}

function deposited(services: Services, row: GatewayRow, transferId: string): Promise<readonly Write[]> {
  const { id, tenant, userId: owner, currency, amount } = row
  const legs = [
    { account: { kind: 'gateway' }, amount: -amount },
    { account: { kind: 'available', owner }, amount },
  ] as const
  return posting(services, { id: transferId, tenant, currency, kind: 'deposit', subject: id, legs })
}

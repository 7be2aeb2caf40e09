import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import { captureWrites, holdWrites, transferWrites, releaseWrites } from '../ledger/index.ts'
import type { Services } from '../../platform/services.ts'
import { batch, retryOnConflict, insert, type RowOf, update, type Write } from '../../kernel/storage/index.ts'
import { listIdentifiers } from '../../identity/users/identifiers.ts'
import { holdForPayment } from '../two-leg/end-payment.ts'
import { commitWithPreconditions, type Precondition } from '../preconditions.ts'
import {
  computeReferenceIndex,
  findByReference,
  type ReferenceClaim,
  referenceClaimWrite,
  retryIfReferenceUsed,
} from '../idempotency-references.ts'
import { statementLineWrite, statementStateWrites } from '../wallets/statements.ts'
import { gatewayTransactions } from '../tables.ts'
import { sealGatewayDetails } from './gateway-details.ts'

/** A row of `gateway_transactions`: a deposit or a withdrawal. */
export type GatewayTransactionRow = RowOf<typeof gatewayTransactions>

/** Final state of a deposit or a withdrawal. */
export type GatewayOutcome = 'SUCCESS' | 'FAILED' | 'CANCELLED'

/** Input of `createGatewayTransaction`. */
export interface GatewayTransactionInput {
  readonly userId: string
  readonly reference: string
  readonly type: 'DEPOSIT' | 'WITHDRAWAL'
  readonly currency: string
  /** In minor units. */
  readonly amount: bigint
  readonly gateway: string
  readonly fundingMethod: string
}

/**
 * Creates a pending deposit or withdrawal, which a payment gateway then carries out. A withdrawal holds its amount
 * immediately. Idempotent by `reference`.
 * @throws BillfoldError `ledger.insufficient-funds`, `reference.reused`, and the failure codes of `preconditions`
 */
export function createGatewayTransaction(
  services: Services,
  actor: Actor,
  input: GatewayTransactionInput,
  preconditions: readonly Precondition[] = [],
): Promise<GatewayTransactionRow> {
  const requestKind = ['transaction', input.gateway, input.fundingMethod]
  return createOnce(services, actor, input, { kind: requestKind, preconditions }, async (row) => {
    const line = statementLine(row, 'pending')
    if (row.type === 'DEPOSIT') return { row, writes: [line] }
    const { id, tenant, userId: owner, currency, amount } = row
    const hold = { id, tenant, owner, currency, amount, subject: id }
    return { row, writes: [line, ...(await holdWrites(services, hold, 'withdrawal.held'))] }
  })
}

/**
 * Credits a user with money that a gateway has already received: a deposit that is created and completed in one
 * commit. Idempotent by `reference`.
 * @throws BillfoldError `reference.reused`
 */
export function creditBalance(
  services: Services,
  actor: Actor,
  input: Omit<GatewayTransactionInput, 'type' | 'gateway' | 'fundingMethod'>,
): Promise<GatewayTransactionRow> {
  const deposit = { ...input, type: 'DEPOSIT', gateway: actor.id.slice(0, 64), fundingMethod: '' } as const
  // The claim does not include the service key, which may be rotated between two attempts.
  return createOnce(services, actor, deposit, { kind: ['balance'], preconditions: [] }, async (pending) => {
    const transferId = newId()
    const row = { ...pending, state: 'SUCCESS', transferId, endedAt: pending.createdAt }
    return { row, writes: [statementLine(row, 'completed'), ...(await depositWrites(services, row, transferId))] }
  })
}

/**
 * Ends a pending deposit or withdrawal. On success the money moves; otherwise the hold of a withdrawal is released.
 * Repeating the same outcome has no effect.
 * @param userId the user that the request names; undefined if the email belongs to nobody. Then the transaction is
 *   ended only if its user was erased since, so that a hold cannot stay forever.
 * @throws BillfoldError `user.not-found`, `transaction.not-found`, `transaction.amount-mismatch`, `transaction.already-ended`
 */
export function endGatewayTransaction(
  services: Services,
  actor: Actor,
  userId: string | undefined,
  end: {
    readonly reference: string
    readonly outcome: GatewayOutcome
    /** Parses the amount of the request into minor units of the transaction's currency. */
    readonly amount: (currency: string) => bigint
  },
): Promise<GatewayTransactionRow> {
  const { outcome, reference } = end
  return retryOnConflict(async () => {
    const { tenant } = actor
    const referenceIndex = await computeReferenceIndex(services, { tenant, reference })
    const [row] = await services.storage.find(gatewayTransactions, { where: { tenant, referenceIndex }, limit: 1 })
    if (userId === undefined && (row === undefined || (await listIdentifiers(services, row.userId)).length > 0))
      throw new BillfoldError('user.not-found')
    if (row === undefined || row.userId !== (userId ?? row.userId)) throw new BillfoldError('transaction.not-found')
    if (end.amount(row.currency) !== row.amount) throw new BillfoldError('transaction.amount-mismatch')
    if (row.state === outcome) return row
    if (row.state !== 'PENDING') throw new BillfoldError('transaction.already-ended')
    const transferId = outcome === 'SUCCESS' || row.type === 'WITHDRAWAL' ? newId() : null
    const set = { state: outcome, transferId, endedAt: services.now() }
    await services.storage.commit(
      batch(
        update(gatewayTransactions, {
          where: { id: row.id, state: 'PENDING', version: row.version },
          set,
          add: { version: 1 },
        }),
        ...statementStateWrites(row.id, [row.userId], outcome === 'SUCCESS' ? 'completed' : outcome.toLowerCase()),
        ...(transferId === null ? [] : await moneyWrites(services, row, outcome, transferId)),
        auditWrite(actor, 'payments.transaction-ended', row.id, services.now(), { outcome }),
        ...gatewayEvents(services, { ...row, ...set }),
      ),
    )
    return { ...row, ...set, version: row.version + 1 }
  })
}

/** Creates a gateway transaction once per reference. */
function createOnce(
  services: Services,
  actor: Actor,
  input: GatewayTransactionInput,
  { kind, preconditions }: { readonly kind: readonly string[]; readonly preconditions: readonly Precondition[] },
  build: (
    row: GatewayTransactionRow,
  ) => Promise<{ readonly row: GatewayTransactionRow; readonly writes: readonly Write[] }>,
): Promise<GatewayTransactionRow> {
  const { tenant } = actor
  const { userId, reference, type, currency, amount } = input
  const requestFields = [...kind, type, currency, String(amount)]
  const claim: ReferenceClaim = { tenant, reference, userId, requestFields }
  return retryOnConflict(async () => {
    const earlierId = await findByReference(services, claim)
    if (earlierId !== undefined) return findTransaction(services, earlierId)
    const createdAt = services.now()
    const initial = { transferId: null, endedAt: null, version: 1 }
    const id = newId()
    const sealedDetails = await sealGatewayDetails(services, { tenant, id }, input)
    const referenceIndex = await computeReferenceIndex(services, claim)
    const request = { userId, referenceIndex, type, currency, amount, sealedDetails }
    const pending = { ...request, ...initial, id, tenant, state: 'PENDING', createdAt }
    const { row, writes } = await retryIfReferenceUsed(services, claim, () => build(pending))
    const audited = auditWrite(actor, 'payments.transaction-created', row.id, createdAt, { type })
    const events = gatewayEvents(services, row)
    const creation = [await referenceClaimWrite(services, claim, row.id), insert(gatewayTransactions, row)]
    await commitWithPreconditions(services, preconditions, audited, ...creation, ...writes, ...events)
    return row
  })
}

async function findTransaction({ storage }: Services, id: string): Promise<GatewayTransactionRow> {
  const [row] = await storage.find(gatewayTransactions, { where: { id }, limit: 1 })
  if (row === undefined) throw new BillfoldError('reference.reused')
  return row
}

/** The event for the new state of a deposit or a withdrawal. */
function gatewayEvents(
  services: Services,
  {
    id: transactionId,
    tenant,
    userId,
    type,
    state,
  }: Pick<GatewayTransactionRow, 'id' | 'tenant' | 'userId' | 'type' | 'state'>,
): readonly Write[] {
  const kind = type === 'DEPOSIT' ? 'deposit' : 'withdrawal'
  const data = { transactionId, userId }
  if (state === 'PENDING') return eventWrites(services, tenant, `${kind}.created`, data)
  if (state === 'SUCCESS') return eventWrites(services, tenant, `${kind}.completed`, data)
  const outcome = state === 'CANCELLED' ? 'CANCELLED' : 'FAILED'
  return eventWrites(services, tenant, `${kind}.failed`, { ...data, outcome })
}

function statementLine(row: GatewayTransactionRow, state: string): Write {
  const { id, tenant, userId, currency, amount, type, createdAt: at } = row
  const isDeposit = type === 'DEPOSIT'
  const direction = isDeposit ? 'credit' : 'debit'
  const kind = isDeposit ? 'deposit' : 'withdrawal'
  return statementLineWrite({ id, tenant, userId, kind, direction, counterpartyId: null, currency, amount, state, at })
}

function moneyWrites(
  services: Services,
  row: GatewayTransactionRow,
  outcome: GatewayOutcome,
  transferId: string,
): Promise<readonly Write[]> {
  if (row.type === 'DEPOSIT') return depositWrites(services, row, transferId)
  const hold = holdForPayment({ ...row, owner: row.userId })
  return outcome === 'SUCCESS'
    ? captureWrites(services, hold, { kind: 'gateway' }, { transferId, kind: 'withdrawal' })
    : releaseWrites(services, hold, { transferId, kind: 'withdrawal.returned' })
}

function depositWrites(services: Services, row: GatewayTransactionRow, transferId: string): Promise<readonly Write[]> {
  const { id, tenant, userId: owner, currency, amount } = row
  const legs = [
    { account: { kind: 'gateway' }, amount: -amount },
    { account: { kind: 'available', owner }, amount },
  ] as const
  return transferWrites(services, { id: transferId, tenant, currency, kind: 'deposit', subject: id, legs })
}

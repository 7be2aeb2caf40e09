import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import { transferWrites } from '../ledger/index.ts'
import type { Services } from '../../platform/services.ts'
import { retryOnConflict, insert, type RowOf, update, type Write } from '../../kernel/storage/index.ts'
import { commitWithPreconditions, type Precondition } from '../preconditions.ts'
import { type SpendingAuthorization, spendingWrites } from '../spending/authorize-spending.ts'
import type { PaymentsContext } from '../settings.ts'
import {
  computeReferenceIndex,
  findByReference,
  gatewayCaller,
  type ReferenceClaim,
  referenceClaimWrite,
  retryIfReferenceUsed,
} from '../idempotency-references.ts'
import { statementLineWrite } from '../wallets/statements.ts'
import { gatewayTransactions, paymentProfiles } from '../tables.ts'
import { sealGatewayDetails } from './gateway-details.ts'

/** A row of `gateway_transactions`: a deposit or a withdrawal. */
export type GatewayTransactionRow = RowOf<typeof gatewayTransactions>

/** Input of `createDeposit` and `createWithdrawal`. */
export interface GatewayTransactionInput {
  readonly userId: string
  readonly reference: string
  readonly currency: string
  /** In minor units. */
  readonly amount: bigint
  readonly gateway: string
  readonly fundingMethod: string
}

/**
 * Creates a pending deposit, which a payment gateway then carries out. Idempotent by `reference`.
 * @throws BillfoldError `reference.reused`, `transaction.pending-limit-reached`, and the failure codes of `preconditions`
 */
export function createDeposit(
  payments: PaymentsContext,
  actor: Actor,
  input: GatewayTransactionInput,
  preconditions: readonly Precondition[] = [],
): Promise<GatewayTransactionRow> {
  return createOnce(payments, actor, toPending(input, 'DEPOSIT'), preconditions, async (row) => ({
    row,
    writes: [statementLine(row, 'pending')],
  }))
}

/**
 * Creates a pending withdrawal, which a payment gateway then carries out, and holds its amount. Idempotent by
 * `reference`.
 * @throws BillfoldError `ledger.insufficient-funds`, `reference.reused`, `transaction.pending-limit-reached`, and the
 *   failure codes of the authorization's preconditions
 */
export function createWithdrawal(
  payments: PaymentsContext,
  actor: Actor,
  input: GatewayTransactionInput,
  authorization: SpendingAuthorization,
): Promise<GatewayTransactionRow> {
  const { preconditions } = authorization
  return createOnce(payments, actor, toPending(input, 'WITHDRAWAL'), preconditions, async (row) => {
    const { id, tenant, userId: owner, currency, amount } = row
    const hold = { id, tenant, owner, currency, amount, subject: id }
    const spending = { kind: 'withdrawal', actor, counterparty: input.gateway } as const
    const held = await spendingWrites(payments.services, authorization, hold, spending)
    return { row, writes: [statementLine(row, 'pending'), ...held] }
  })
}

/**
 * Credits a user with money that a gateway has already received: a deposit that is created and completed in one
 * commit. Idempotent by `reference`, which is the gateway's: it does not collide with the references of users.
 * @throws BillfoldError `reference.reused`
 */
export function creditBalance(
  payments: PaymentsContext,
  actor: Actor,
  input: Omit<GatewayTransactionInput, 'gateway' | 'fundingMethod'>,
): Promise<GatewayTransactionRow> {
  const { services } = payments
  const gateway = actor.id.slice(0, 64)
  // The claim does not include the service key, which may be rotated between two attempts.
  const request = { ...input, type: 'DEPOSIT', gateway, fundingMethod: '', caller: gatewayCaller, kind: ['balance'] }
  return createOnce(payments, actor, request, [], async (pending) => {
    const transferId = newId()
    const row = { ...pending, state: 'SUCCESS', transferId, endedAt: pending.createdAt }
    return { row, writes: [statementLine(row, 'completed'), ...(await depositWrites(services, row, transferId))] }
  })
}

/** A transaction to create. */
interface TransactionRequest extends GatewayTransactionInput {
  readonly type: string
  readonly caller: string
  /** The compared fields of the request besides type, currency and amount. */
  readonly kind: readonly string[]
}

function toPending(input: GatewayTransactionInput, type: 'DEPOSIT' | 'WITHDRAWAL'): TransactionRequest {
  return { ...input, type, caller: input.userId, kind: ['transaction', input.gateway, input.fundingMethod] }
}

/** Creates a gateway transaction once per reference. A pending one counts against the limit of its user. */
function createOnce(
  { services, settings }: PaymentsContext,
  actor: Actor,
  { kind, ...input }: TransactionRequest,
  preconditions: readonly Precondition[],
  build: (
    row: GatewayTransactionRow,
  ) => Promise<{ readonly row: GatewayTransactionRow; readonly writes: readonly Write[] }>,
): Promise<GatewayTransactionRow> {
  const { tenant } = actor
  const { userId, caller, reference, type, currency, amount } = input
  const requestFields = [...kind, type, currency, String(amount)]
  const claim: ReferenceClaim = { tenant, caller, reference, userId, requestFields }
  return retryOnConflict(async () => {
    const earlierId = await findByReference(services, claim)
    if (earlierId !== undefined) return findTransaction(services, earlierId)
    const createdAt = services.now()
    const initial = { transferId: null, endedAt: null, version: 1 }
    const id = newId()
    const sealedDetails = await sealGatewayDetails(services, { tenant, id }, input)
    const referenceIndex = await computeReferenceIndex(services, claim)
    const request = { userId, caller, referenceIndex, type, currency, amount, sealedDetails }
    const pending = { ...request, ...initial, id, tenant, state: 'PENDING', createdAt }
    return retryIfReferenceUsed(services, claim, async () => {
      const { row, writes } = await build(pending)
      const counted = row.state === 'PENDING' ? [countPending(userId, settings.maxPendingTransactions)] : []
      const audited = auditWrite(actor, 'payments.transaction-created', row.id, createdAt, { type })
      const creation = [await referenceClaimWrite(services, claim, row.id), insert(gatewayTransactions, row)]
      const events = gatewayEvents(services, row)
      await commitWithPreconditions(
        services,
        [...preconditions, ...counted],
        audited,
        ...creation,
        ...writes,
        ...events,
      )
      return row
    })
  })
}

/** Counts a pending transaction of a user, as a precondition that fails at the limit. */
function countPending(userId: string, limit: number): Precondition {
  return {
    write: update(paymentProfiles, {
      where: { userId, pendingTransactions: { lt: limit } },
      add: { pendingTransactions: 1 },
    }),
    failureCode: 'transaction.pending-limit-reached',
  }
}

async function findTransaction({ storage }: Services, id: string): Promise<GatewayTransactionRow> {
  const [row] = await storage.find(gatewayTransactions, { where: { id }, limit: 1 })
  if (row === undefined) throw new BillfoldError('reference.reused')
  return row
}

/** The event for the new state of a deposit or a withdrawal. */
export function gatewayEvents(
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
  const outcome = state === 'CANCELLED' ? state : 'FAILED'
  if (kind === 'withdrawal') return eventWrites(services, tenant, 'withdrawal.failed', { ...data, outcome })
  return eventWrites(services, tenant, 'deposit.failed', { ...data, outcome: state === 'EXPIRED' ? state : outcome })
}

function statementLine(row: GatewayTransactionRow, state: string): Write {
  const { id, tenant, userId, currency, amount, type, createdAt: at } = row
  const isDeposit = type === 'DEPOSIT'
  const direction = isDeposit ? 'credit' : 'debit'
  const kind = isDeposit ? 'deposit' : 'withdrawal'
  return statementLineWrite({ id, tenant, userId, kind, direction, counterpartyId: null, currency, amount, state, at })
}

/** The writes that move the money of a deposit. */
export function depositWrites(
  services: Services,
  row: GatewayTransactionRow,
  transferId: string,
): Promise<readonly Write[]> {
  const { id, tenant, userId: owner, currency, amount } = row
  const legs = [
    { account: { kind: 'gateway' }, amount: -amount },
    { account: { kind: 'available', owner }, amount },
  ] as const
  return transferWrites(services, { id: transferId, tenant, currency, kind: 'deposit', subject: id, legs })
}

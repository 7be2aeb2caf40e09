import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Route } from '../../http/index.ts'
import { confirmPayment } from '../two-leg/confirm-payment.ts'
import { formatDateTime } from '../dates.ts'
import { expireUserPayments } from '../two-leg/end-payment.ts'
import { verifyPaymentPin } from '../credentials/lock-pin.ts'
import { type Currency, parseCurrency, formatMinorUnits, parseMinorUnits } from '../money/money.ts'
import { createPayment } from '../two-leg/create-payment.ts'
import { listContacts, ownsIdentifier } from '../users/profiles.ts'
import { type StatementLineRow, listStatementLines } from '../wallets/statements.ts'
import { assertOwnEmail } from './account-endpoints.ts'
import { limitEnumeration } from './limit-enumeration.ts'
import { endpointRoutes, type ApiKeyCaller, authenticateByApiKey, type EndpointContext } from './endpoint-routes.ts'
import { encryptedField, amountField, requiredField, plainField } from './fields.ts'
import { parseReference } from './gateway-endpoints.ts'
import { formatCurrencyType } from './wallet-endpoints.ts'

/** Routes to create and confirm two-leg payments, and to list transactions. */
export function paymentEndpoints(api: EndpointContext): readonly Route[] {
  return [...createSessionRoutes(api), ...confirmPaymentRoutes(api), ...listTransactionsRoutes(api)]
}

function createSessionRoutes(api: EndpointContext): readonly Route[] {
  return endpointRoutes(api, {
    id: 'createSession',
    paths: ['createsession'],
    summary: 'Create a payment and hold its amount',
    guard: api.apiKeyAuth,
    fields: {
      amount: amountField(),
      recv_email: encryptedField(320),
      recv_mobile: encryptedField(32),
      sender_email: encryptedField(320),
      currency: plainField(12),
      currency_type: plainField(12),
      mpin: encryptedField(64),
      transaction_reference: encryptedField(128),
    },
    encryptedReplyFields: [],
    documentedErrors: {
      'user.not-found': 'User with this email is not registered',
      'ledger.insufficient-funds': 'You have insufficient balance',
      'payment.receiver-not-registered': 'User is external to Lokdon network',
    },
    resolveCaller: authenticateByApiKey,
    handle: async (fields, caller) => {
      const { actor, userId } = caller
      await assertOwnEmail(api.services, caller, requiredField(fields, 'sender_email'))
      const { recv_email, recv_mobile } = fields
      const receiver = [
        ...(recv_email === undefined ? [] : [{ kind: 'email', value: recv_email } as const]),
        ...(recv_mobile === undefined ? [] : [{ kind: 'phone', value: recv_mobile } as const]),
      ]
      if (receiver.length === 0) requiredField(fields, 'recv_email')
      const currency = resolveCurrency(api, fields.currency, fields.currency_type)
      const amount = parseMinorUnits(api.settings.money, currency, requiredField(fields, 'amount'))
      const pin = api.settings.requirePin
        ? [await verifyPaymentPin(api.services, actor, userId, requiredField(fields, 'mpin'))]
        : []
      const reference = fields.transaction_reference === undefined ? undefined : parseReference(fields)
      const input = { senderId: userId, receiver, currency: currency.code, amount, reference }
      const payment = await limitEnumeration(
        api.services,
        actor,
        ['payment.receiver-not-registered', 'reference.reused'],
        () => createPayment(api, actor, input, [...caller.preconditions, ...pin]),
      )
      const isInternal = payment.receiverId !== null
      return {
        message: `User is ${isInternal ? 'inside' : 'external to'} Lokdon network`,
        data: { sessionid: payment.id, profile: isInternal ? '0' : '1' },
      }
    },
  })
}

/** Resolves the currency from `currency` and `currency_type`. @throws BillfoldError `amount.invalid` if they differ */
function resolveCurrency({ settings }: EndpointContext, name: string | undefined, type: string | undefined): Currency {
  const currency = parseCurrency(settings.money, name ?? type)
  if (type !== undefined && parseCurrency(settings.money, type).code !== currency.code)
    throw new BillfoldError('amount.invalid', { message: 'currency and currency_type differ' })
  return currency
}

function confirmPaymentRoutes(api: EndpointContext): readonly Route[] {
  return endpointRoutes(api, {
    id: 'confirmPayment',
    paths: ['confirmpayment'],
    summary: 'Confirm a payment: leg B by the sender, leg A by the receiver',
    guard: api.apiKeyAuth,
    fields: {
      amount: amountField(),
      from_phone: encryptedField(32),
      payment_leg: plainField(1),
      session: plainField(64),
      to_mobile: encryptedField(32),
      proof: plainField(130),
    },
    documentedErrors: {
      'payment.not-found': 'No Pending Payments for you',
      'payment.sender-not-found': 'Sender is not registered with Lokdon',
    },
    resolveCaller: authenticateByApiKey,
    handle: async (fields, { actor, userId, preconditions }) => {
      const leg = requiredField(fields, 'payment_leg')
      if (leg !== 'A' && leg !== 'B') throw invalidField('payment_leg', 'Must be A or B')
      const confirmation = {
        leg,
        session: requiredField(fields, 'session'),
        amount: requiredField(fields, 'amount'),
        from: requiredField(fields, 'from_phone'),
        to: requiredField(fields, 'to_mobile'),
        proof: fields.proof,
      } as const
      const countedCodes = ['payment.not-found', 'payment.sender-not-found', 'payment.proof-required'] as const
      const payment = await limitEnumeration(api.services, actor, countedCodes, () =>
        confirmPayment(api, actor, userId, confirmation, preconditions),
      )
      const completed = payment.state === 'completed'
      return {
        message: completed ? 'Payment processed successfully' : 'Payment confirmed, the other party has yet to confirm',
        data: {
          transaction_type: '1',
          status: completed ? '1' : '0',
          trans_id: payment.id,
          currency: formatCurrencyType(payment.currency),
        },
      }
    },
  })
}

const pageLimit = z.coerce.number().int().min(1).max(200)

function listTransactionsRoutes(api: EndpointContext): readonly Route[] {
  return endpointRoutes(api, {
    id: 'transactions',
    paths: ['transactions'],
    summary: 'List the transactions of the user, newest first',
    allowGet: true,
    guard: api.apiKeyAuth,
    fields: { email: encryptedField(320), mobile: encryptedField(32), limit: plainField(3), after: plainField(64) },
    encryptedReplyFields: ['remote_mobile', 'from', 'amount'],
    documentedErrors: { 'user.not-found': 'User with this email is not registered' },
    resolveCaller: authenticateByApiKey,
    handle: async (fields, caller) => {
      const { actor, userId } = caller
      if (fields.email !== undefined) await assertOwnEmail(api.services, caller, fields.email)
      if (fields.mobile !== undefined) await assertOwnPhone(api, caller, fields.mobile)
      const limit = pageLimit.safeParse(fields.limit ?? '50')
      if (!limit.success) throw invalidField('limit', 'Must be an integer from 1 to 200')
      await expireUserPayments(api, actor, userId)
      const rows = await listStatementLines(api.services, userId, { after: fields.after, limit: limit.data })
      return { message: 'List of transactions for you', data: await toTransactionList(api, rows) }
    },
  })
}

async function assertOwnPhone(
  { services }: EndpointContext,
  { actor, userId }: ApiKeyCaller,
  value: string,
): Promise<void> {
  if (!(await ownsIdentifier(services, actor.tenant, userId, { kind: 'phone', value })))
    throw new BillfoldError('user.not-found')
}

const statusWords: ReadonlyMap<string, string> = new Map([
  ['pending', 'Pending'],
  ['completed', 'Success'],
  ['failed', 'Failed'],
  ['expired', 'Expired'],
])

async function toTransactionList(
  { services, settings }: EndpointContext,
  rows: readonly StatementLineRow[],
): Promise<readonly Record<string, string>[]> {
  const people = rows.flatMap(({ userId, counterpartyId }) => [
    userId,
    ...(counterpartyId === null ? [] : [counterpartyId]),
  ])
  const contacts = await listContacts(services, people)
  const phoneOf = (userId: string | null): string => (userId === null ? '' : (contacts.get(userId)?.phone ?? ''))
  return rows.map((row) => {
    const isDebit = row.direction === 'debit'
    return {
      transactionid: row.id,
      date: formatDateTime(row.at),
      remote_mobile: phoneOf(isDebit ? row.counterpartyId : row.userId),
      amount: formatMinorUnits(parseCurrency(settings.money, row.currency), row.amount),
      from: phoneOf(isDebit ? row.userId : row.counterpartyId),
      transaction_type: row.direction,
      currency_type: row.currency === 'USD' ? '$' : row.currency,
      sessionid: row.kind === 'payment' ? row.id : '',
      status: statusWords.get(row.state) ?? 'Cancelled',
      kind: row.kind,
    }
  })
}

function invalidField(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}

import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import type { Route } from '../../http/index.ts'
import { confirmPayment } from '../../payments/confirm-payment.ts'
import { dateTimeOf } from '../../payments/dates.ts'
import { expireOf } from '../../payments/end-payment.ts'
import { checkPin } from '../../payments/lock-pin.ts'
import { type Currency, currencyNamed, formatAmount, parseAmount } from '../../payments/money.ts'
import { openPayment } from '../../payments/open-payment.ts'
import { contactsOfMany, isOf } from '../../payments/people.ts'
import { type StatementRow, statementOf } from '../../payments/statements.ts'
import { assertOwnEmail } from './account-endpoints.ts'
import { boundedGuess } from './bounded-guess.ts'
import { endpoint, type KeyCaller, keyCaller, type PaymentsApi } from './endpoint.ts'
import { encrypted, money, needed, plain } from './fields.ts'
import { referenceIn } from './gateway-endpoints.ts'
import { currencyType } from './wallet-endpoints.ts'

/** Routes to create and confirm two-leg payments, and to list transactions. */
export function paymentEndpoints(api: PaymentsApi): readonly Route[] {
  return [...createSessionRoutes(api), ...confirmPaymentRoutes(api), ...listTransactionsRoutes(api)]
}

function createSessionRoutes(api: PaymentsApi): readonly Route[] {
  return endpoint(api, {
    id: 'createSession',
    paths: ['createsession'],
    summary: 'Create a payment and hold its amount',
    guard: api.byKey,
    fields: {
      amount: money(),
      recv_email: encrypted(320),
      recv_mobile: encrypted(32),
      sender_email: encrypted(320),
      currency: plain(12),
      currency_type: plain(12),
      mpin: encrypted(64),
      transaction_reference: encrypted(128),
    },
    seals: [],
    says: {
      'user.unknown': 'User with this email is not registered',
      'ledger.insufficient-funds': 'You have insufficient balance',
      'payment.external': 'User is external to Lokdon network',
    },
    caller: keyCaller,
    handle: async (fields, caller) => {
      const { actor, userId } = caller
      await assertOwnEmail(api.services, caller, needed(fields, 'sender_email'))
      const { recv_email, recv_mobile } = fields
      const receiver = [
        ...(recv_email === undefined ? [] : [{ kind: 'email', value: recv_email } as const]),
        ...(recv_mobile === undefined ? [] : [{ kind: 'phone', value: recv_mobile } as const]),
      ]
      if (receiver.length === 0) needed(fields, 'recv_email')
      const currency = resolveCurrency(api, fields.currency, fields.currency_type)
      const amount = parseAmount(api.settings.money, currency, needed(fields, 'amount'))
      const pin = api.settings.requirePin ? [await checkPin(api.services, actor, userId, needed(fields, 'mpin'))] : []
      const reference = fields.transaction_reference === undefined ? undefined : referenceIn(fields)
      const input = { senderId: userId, receiver, currency: currency.code, amount, reference }
      const payment = await boundedGuess(api.services, actor, ['payment.external', 'reference.reused'], () =>
        openPayment(api, actor, input, [...caller.held, ...pin]),
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
function resolveCurrency({ settings }: PaymentsApi, name: string | undefined, type: string | undefined): Currency {
  const currency = currencyNamed(settings.money, name ?? type)
  if (type !== undefined && currencyNamed(settings.money, type).code !== currency.code)
    throw new BillfoldError('amount.invalid', { message: 'currency and currency_type differ' })
  return currency
}

function confirmPaymentRoutes(api: PaymentsApi): readonly Route[] {
  return endpoint(api, {
    id: 'confirmPayment',
    paths: ['confirmpayment'],
    summary: 'Confirm a payment: leg B by the sender, leg A by the receiver',
    guard: api.byKey,
    fields: {
      amount: money(),
      from_phone: encrypted(32),
      payment_leg: plain(1),
      session: plain(64),
      to_mobile: encrypted(32),
      proof: plain(130),
    },
    says: {
      'payment.unknown': 'No Pending Payments for you',
      'payment.sender-unknown': 'Sender is not registered with Lokdon',
    },
    caller: keyCaller,
    handle: async (fields, { actor, userId, held }) => {
      const leg = needed(fields, 'payment_leg')
      if (leg !== 'A' && leg !== 'B') throw invalidField('payment_leg', 'Must be A or B')
      const confirmation = {
        leg,
        session: needed(fields, 'session'),
        amount: needed(fields, 'amount'),
        from: needed(fields, 'from_phone'),
        to: needed(fields, 'to_mobile'),
        proof: fields.proof,
      } as const
      const countedCodes = ['payment.unknown', 'payment.sender-unknown', 'payment.proof-required'] as const
      const payment = await boundedGuess(api.services, actor, countedCodes, () =>
        confirmPayment(api, actor, userId, confirmation, held),
      )
      const completed = payment.state === 'completed'
      return {
        message: completed ? 'Payment processed successfully' : 'Payment confirmed, the other party has yet to confirm',
        data: {
          transaction_type: '1',
          status: completed ? '1' : '0',
          trans_id: payment.id,
          currency: currencyType(payment.currency),
        },
      }
    },
  })
}

const pageLimit = z.coerce.number().int().min(1).max(200)

function listTransactionsRoutes(api: PaymentsApi): readonly Route[] {
  return endpoint(api, {
    id: 'transactions',
    paths: ['transactions'],
    summary: 'List the transactions of the user, newest first',
    get: true,
    guard: api.byKey,
    fields: { email: encrypted(320), mobile: encrypted(32), limit: plain(3), after: plain(64) },
    seals: ['remote_mobile', 'from', 'amount'],
    says: { 'user.unknown': 'User with this email is not registered' },
    caller: keyCaller,
    handle: async (fields, caller) => {
      const { actor, userId } = caller
      if (fields.email !== undefined) await assertOwnEmail(api.services, caller, fields.email)
      if (fields.mobile !== undefined) await assertOwnPhone(api, caller, fields.mobile)
      const limit = pageLimit.safeParse(fields.limit ?? '50')
      if (!limit.success) throw invalidField('limit', 'Must be an integer from 1 to 200')
      await expireOf(api, actor, userId)
      const rows = await statementOf(api.services, userId, { after: fields.after, limit: limit.data })
      return { message: 'List of transactions for you', data: await toTransactionList(api, rows) }
    },
  })
}

async function assertOwnPhone({ services }: PaymentsApi, { actor, userId }: KeyCaller, value: string): Promise<void> {
  if (!(await isOf(services, actor.tenant, userId, { kind: 'phone', value }))) throw new BillfoldError('user.unknown')
}

const statusWords: ReadonlyMap<string, string> = new Map([
  ['pending', 'Pending'],
  ['completed', 'Success'],
  ['failed', 'Failed'],
  ['expired', 'Expired'],
])

async function toTransactionList(
  { services, settings }: PaymentsApi,
  rows: readonly StatementRow[],
): Promise<readonly Record<string, string>[]> {
  const people = rows.flatMap(({ userId, counterpartId }) => [
    userId,
    ...(counterpartId === null ? [] : [counterpartId]),
  ])
  const contacts = await contactsOfMany(services, people)
  const phoneOf = (userId: string | null): string => (userId === null ? '' : (contacts.get(userId)?.phone ?? ''))
  return rows.map((row) => {
    const isDebit = row.direction === 'debit'
    return {
      transactionid: row.id,
      date: dateTimeOf(row.at),
      remote_mobile: phoneOf(isDebit ? row.counterpartId : row.userId),
      amount: formatAmount(currencyNamed(settings.money, row.currency), row.amount),
      from: phoneOf(isDebit ? row.userId : row.counterpartId),
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

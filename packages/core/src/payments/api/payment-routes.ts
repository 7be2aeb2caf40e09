import { z } from 'zod'
import { byGet, type Route, route } from '../../http/index.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import { parseMinorUnits } from '../money/money.ts'
import { confirmPayment } from '../two-leg/confirm-payment.ts'
import { createPayment } from '../two-leg/create-payment.ts'
import { authorizeSpending } from '../spending/authorize-spending.ts'
import { expireUserPayments } from '../two-leg/end-payment.ts'
import { listStatementLines } from '../wallets/statements.ts'
import type { PaymentsApiContext } from './api-context.ts'
import { requireApiKeyCaller } from './api-key-guard.ts'
import { formatCurrencyType, resolveCurrency } from './currency-type.ts'
import { documentedFailures } from './documented-failures.ts'
import { withFields } from './field-encryption.ts'
import { amountField, encryptedField, plainField, requiredField, secretField } from './fields.ts'
import { invalidField } from './invalid-field.ts'
import { limitEnumeration } from './limit-enumeration.ts'
import { assertOwnEmail, assertOwnPhone } from './own-identifiers.ts'
import { confirmationReadAhead, formatKey, newPaymentReadAhead, parseReceiver } from './payment-read-ahead.ts'
import { toTransactionList } from './transaction-list.ts'
import { parseReference } from './transaction-reference.ts'

/** Routes to create and confirm two-leg payments, and to list transactions. */
export function paymentRoutes(api: PaymentsApiContext): readonly Route[] {
  const list = listTransactionsRoute(api)
  return [createSessionRoute(api), confirmPaymentRoute(api), list, byGet(list, api.guards.apiKeyHeader)]
}

function createSessionRoute(api: PaymentsApiContext): Route {
  const readAhead = newPaymentReadAhead(api)
  return route({
    id: 'createSession',
    method: 'POST',
    path: '/api/v1/lokdon/createsession',
    summary: 'Create a payment and hold its amount',
    guard: readAhead.guard,
    ...withFields(api, {
      amount: amountField(),
      recv_email: encryptedField(320),
      recv_mobile: encryptedField(32),
      sender_email: encryptedField(320),
      currency: plainField(12),
      currency_type: plainField(12),
      mpin: secretField(64),
      transaction_reference: encryptedField(128),
    }),
    documentedErrors: documentedFailures({
      'user.not-found': 'User with this email is not registered',
      'ledger.insufficient-funds': 'You have insufficient balance',
      'payment.receiver-not-registered': 'User is external to Lokdon network',
    }),
    handler: async ({ body: fields }, context) => {
      const caller = requireApiKeyCaller(context)
      const actor = actorFromRequest(context)
      const { id: userId } = caller
      const early = await readAhead.rowsFor(caller)
      await assertOwnEmail(api.services, caller, requiredField(fields, 'sender_email'), early?.reads.identifiers)
      const receiver = parseReceiver(fields)
      const currency = resolveCurrency(api, fields.currency, fields.currency_type)
      const amount = parseMinorUnits(api.settings.money, currency, requiredField(fields, 'amount'))
      const authorization = await authorizeSpending(api, actor, userId, {
        pin: fields.mpin,
        preconditions: caller.preconditions,
      })
      const reference = fields.transaction_reference === undefined ? undefined : parseReference(fields)
      const input = { senderId: userId, receiver, currency: currency.code, amount, reference }
      const reads = early?.key === formatKey(input) ? early.reads : undefined
      const payment = await limitEnumeration(
        api.services,
        actor,
        ['payment.receiver-not-registered'],
        () => createPayment(api, actor, input, authorization, reads),
        early?.limit,
      )
      const isInternal = payment.receiverId !== null
      return {
        message: `User is ${isInternal ? 'inside' : 'external to'} Lokdon network`,
        data: { sessionid: payment.id, profile: isInternal ? '0' : '1' },
      }
    },
  })
}

function confirmPaymentRoute(api: PaymentsApiContext): Route {
  const readAhead = confirmationReadAhead(api)
  return route({
    id: 'confirmPayment',
    method: 'POST',
    path: '/api/v1/lokdon/confirmpayment',
    summary: 'Confirm a payment: leg B by the sender, leg A by the receiver',
    guard: readAhead.guard,
    ...withFields(api, {
      amount: amountField(),
      from_phone: encryptedField(32),
      payment_leg: plainField(1),
      session: plainField(64),
      to_mobile: encryptedField(32),
      proof: plainField(130),
    }),
    documentedErrors: documentedFailures({
      'payment.not-found': 'No Pending Payments for you',
      'payment.sender-not-found': 'Sender is not registered with Lokdon',
    }),
    handler: async ({ body: fields }, context) => {
      const caller = requireApiKeyCaller(context)
      const { id: userId, preconditions } = caller
      const actor = actorFromRequest(context)
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
      const early = await readAhead.rowsFor(caller)
      const reads = early?.key === confirmation.session ? early.reads : undefined
      const payment = await limitEnumeration(
        api.services,
        actor,
        countedCodes,
        () => confirmPayment(api, actor, userId, confirmation, preconditions, reads),
        early?.limit,
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

function listTransactionsRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'transactions',
    idempotency: 'none',
    method: 'POST',
    path: '/api/v1/lokdon/transactions',
    summary: 'List the transactions of the user, newest first',
    guard: api.guards.apiKey,
    ...withFields(
      api,
      { email: encryptedField(320), mobile: encryptedField(32), limit: plainField(3), after: plainField(64) },
      ['remote_mobile', 'from', 'amount'],
    ),
    documentedErrors: documentedFailures({ 'user.not-found': 'User with this email is not registered' }),
    handler: async ({ body: fields }, context) => {
      const caller = requireApiKeyCaller(context)
      const actor = actorFromRequest(context)
      if (fields.email !== undefined) await assertOwnEmail(api.services, caller, fields.email)
      if (fields.mobile !== undefined) await assertOwnPhone(api.services, caller, fields.mobile)
      const limit = pageLimit.safeParse(fields.limit ?? '50')
      if (!limit.success) throw invalidField('limit', 'Must be an integer from 1 to 200')
      await expireUserPayments(api, actor, caller.id)
      const rows = await listStatementLines(api.services, caller.id, { after: fields.after, limit: limit.data })
      return { message: 'List of transactions for you', data: await toTransactionList(api, rows) }
    },
  })
}

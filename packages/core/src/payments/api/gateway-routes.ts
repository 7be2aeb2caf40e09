import { type Route, route } from '../../http/index.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import { endGatewayTransaction } from '../gateway/end-transaction.ts'
import { createDeposit, createWithdrawal, creditBalance } from '../gateway/gateway-transactions.ts'
import { parseCurrency, parseMinorUnits } from '../money/money.ts'
import { authorizeSpending } from '../spending/authorize-spending.ts'
import type { PaymentsApiContext } from './api-context.ts'
import { requireApiKeyCaller } from './api-key-guard.ts'
import { cannotCreate, documentedFailures, missingFieldMessage } from './documented-failures.ts'
import { withFields } from './field-encryption.ts'
import { amountField, encryptedField, plainField, requiredField, secretField } from './fields.ts'
import { getUserByEmail } from './get-user-by-email.ts'
import { invalidField } from './invalid-field.ts'
import { assertOwnEmail } from './own-identifiers.ts'
import { parseReference } from './transaction-reference.ts'

/** Routes for deposits and withdrawals through a payment gateway. */
export function gatewayRoutes(api: PaymentsApiContext): readonly Route[] {
  return [createTransactionRoute(api), updateTransactionRoute(api), updateBalanceRoute(api)]
}

function createTransactionRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'createTransaction',
    method: 'POST',
    path: '/api/v1/lokdon/create_transaction',
    summary: 'Create a deposit or a withdrawal; a withdrawal holds its amount',
    guard: api.guards.apiKey,
    ...withFields(api, {
      email: encryptedField(320),
      transaction_reference: encryptedField(128),
      transaction_type: plainField(16),
      amount: amountField(),
      currency: encryptedField(12),
      funding_method: encryptedField(64),
      payment_gateway: encryptedField(64),
      datetime: encryptedField(64),
      mpin: secretField(64),
    }),
    documentedErrors: documentedFailures({
      ...missingFieldMessage,
      'user.not-found': 'User Not Found',
      'ledger.insufficient-funds': 'You have insufficient balance',
      'reference.reused': cannotCreate,
      'amount.invalid': cannotCreate,
    }),
    handler: async ({ body: fields }, context) => {
      const caller = requireApiKeyCaller(context)
      const actor = actorFromRequest(context)
      await assertOwnEmail(api.services, caller, requiredField(fields, 'email'))
      const type = requiredField(fields, 'transaction_type')
      if (type !== 'DEPOSIT' && type !== 'WITHDRAWAL')
        throw invalidField('transaction_type', 'Must be DEPOSIT or WITHDRAWAL')
      const currency = parseCurrency(api.settings.money, requiredField(fields, 'currency'))
      const input = {
        userId: caller.id,
        reference: parseReference(fields),
        currency: currency.code,
        amount: parseMinorUnits(api.settings.money, currency, requiredField(fields, 'amount')),
        gateway: requiredField(fields, 'payment_gateway'),
        fundingMethod: fields.funding_method ?? '',
      } as const
      const { preconditions } = caller
      if (type === 'DEPOSIT') await createDeposit(api, actor, input, preconditions)
      else {
        const authorization = await authorizeSpending(api, actor, caller.id, { pin: fields.mpin, preconditions })
        await createWithdrawal(api, actor, input, authorization)
      }
      return { message: 'Licence Registered Successfully' }
    },
  })
}

function updateTransactionRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'updateTransaction',
    method: 'POST',
    path: '/api/v1/lokdon/update_transaction',
    summary: 'Set the final status of a deposit or a withdrawal',
    guard: api.guards.gateway,
    ...withFields(api, {
      email: encryptedField(320),
      transaction_reference: encryptedField(128),
      status: plainField(16),
      amount: amountField(),
    }),
    documentedErrors: documentedFailures({
      ...missingFieldMessage,
      'user.not-found': 'User matching Email Not Found',
      'transaction.not-found': 'Transaction Not Found',
      'transaction.amount-mismatch': (error) => `Error Occurred ${error.message}`,
      'transaction.already-ended': (error) => `Error Occurred ${error.message}`,
      'amount.invalid': (error) => `Error Occurred ${error.message}`,
    }),
    handler: async ({ body: fields }, context) => {
      const actor = actorFromRequest(context)
      const outcome = requiredField(fields, 'status').toUpperCase()
      if (outcome !== 'SUCCESS' && outcome !== 'FAILED' && outcome !== 'CANCELLED')
        throw invalidField('status', 'Must be SUCCESS, FAILED or CANCELLED')
      const stated = requiredField(fields, 'amount')
      const reference = parseReference(fields)
      const { money: rules } = api.settings
      await endGatewayTransaction(api.services, actor, {
        email: requiredField(fields, 'email'),
        reference,
        outcome,
        amount: (code) => parseMinorUnits(rules, parseCurrency(rules, code), stated),
      })
      return { message: 'Transaction Updated Succesfully' }
    },
  })
}

function updateBalanceRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'updateBalance',
    method: 'POST',
    path: '/api/v1/lokdon/update_balance',
    summary: 'Credit a user with money received by a gateway',
    guard: api.guards.gateway,
    ...withFields(api, {
      email: encryptedField(320),
      amount: amountField(),
      currency: plainField(12),
      transaction_reference: encryptedField(128),
    }),
    documentedErrors: documentedFailures({
      ...missingFieldMessage,
      'user.not-found': 'User Not Found',
      'reference.reused': cannotCreate,
      'amount.invalid': cannotCreate,
    }),
    handler: async ({ body: fields }, context) => {
      const actor = actorFromRequest(context)
      const currency = parseCurrency(api.settings.money, fields.currency)
      await creditBalance(api, actor, {
        userId: await getUserByEmail(api.services, actor, requiredField(fields, 'email')),
        reference: parseReference(fields),
        currency: currency.code,
        amount: parseMinorUnits(api.settings.money, currency, requiredField(fields, 'amount')),
      })
      return { message: 'Licence Registered Successfully' }
    },
  })
}

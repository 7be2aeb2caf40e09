import type { Actor } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Route } from '../../http/index.ts'
import { createGatewayTransaction, creditBalance, endGatewayTransaction } from '../gateway/gateway-transactions.ts'
import { parseCurrency, parseMinorUnits } from '../money/money.ts'
import { findPayee, findUserByIdentifiers } from '../users/profiles.ts'
import { assertOwnEmail } from './account-endpoints.ts'
import { limitEnumeration } from './limit-enumeration.ts'
import { noApiKey, endpointRoutes, authenticateByApiKey, type EndpointContext } from './endpoint-routes.ts'
import { encryptedField, type EndpointFields, amountField, requiredField, plainField } from './fields.ts'

/** Reply message for missing fields: the error's own. */
export const missingFieldMessage = {
  'field.missing': (error: BillfoldError): string => error.message,
} as const

/** Routes for deposits and withdrawals through a payment gateway. */
export function gatewayEndpoints(api: EndpointContext): readonly Route[] {
  return [...createTransactionRoutes(api), ...updateTransactionRoutes(api), ...updateBalanceRoutes(api)]
}

/**
 * Returns the id of the user with this email, for requests with a service key. @throws BillfoldError `user.not-found`
 */
export async function getUserByEmail({ services }: EndpointContext, { tenant }: Actor, email: string): Promise<string> {
  const profile = await findPayee(services, tenant, [{ kind: 'email', value: email }])
  if (profile === undefined) throw new BillfoldError('user.not-found')
  return profile.userId
}

/** Parses a reference: 1 to 128 printable ASCII characters. @throws BillfoldError `field.missing`, `input.invalid` */
export function parseReference(fields: EndpointFields<'transaction_reference'>): string {
  const reference = requiredField(fields, 'transaction_reference')
  if (!/^[!-~]{1,128}$/.test(reference))
    throw new BillfoldError('input.invalid', {
      issues: [{ path: 'transaction_reference', message: 'Must be 1 to 128 printable ASCII characters' }],
    })
  return reference
}

const cannotCreate = (error: BillfoldError): string => `Unable to Create License ${error.message}`

function createTransactionRoutes(api: EndpointContext): readonly Route[] {
  return endpointRoutes(api, {
    id: 'createTransaction',
    paths: ['create_transaction'],
    summary: 'Create a deposit or a withdrawal; a withdrawal holds its amount',
    guard: api.apiKeyAuth,
    fields: {
      email: encryptedField(320),
      transaction_reference: encryptedField(128),
      transaction_type: plainField(16),
      amount: amountField(),
      currency: encryptedField(12),
      funding_method: encryptedField(64),
      payment_gateway: encryptedField(64),
      datetime: encryptedField(64),
    },
    documentedErrors: {
      ...missingFieldMessage,
      'user.not-found': 'User Not Found',
      'ledger.insufficient-funds': 'You have insufficient balance',
      'reference.reused': cannotCreate,
      'amount.invalid': cannotCreate,
    },
    resolveCaller: authenticateByApiKey,
    handle: async (fields, caller) => {
      await assertOwnEmail(api.services, caller, requiredField(fields, 'email'))
      const type = requiredField(fields, 'transaction_type')
      if (type !== 'DEPOSIT' && type !== 'WITHDRAWAL')
        throw new BillfoldError('input.invalid', {
          issues: [{ path: 'transaction_type', message: 'Must be DEPOSIT or WITHDRAWAL' }],
        })
      const currency = parseCurrency(api.settings.money, requiredField(fields, 'currency'))
      const input = {
        userId: caller.userId,
        reference: parseReference(fields),
        type,
        currency: currency.code,
        amount: parseMinorUnits(api.settings.money, currency, requiredField(fields, 'amount')),
        gateway: requiredField(fields, 'payment_gateway'),
        fundingMethod: fields.funding_method ?? '',
      } as const
      await limitEnumeration(api.services, caller.actor, ['reference.reused'], () =>
        createGatewayTransaction(api.services, caller.actor, input, caller.preconditions),
      )
      return { message: 'Licence Registered Successfully' }
    },
  })
}

function updateTransactionRoutes(api: EndpointContext): readonly Route[] {
  return endpointRoutes(api, {
    id: 'updateTransaction',
    paths: ['update_transaction'],
    summary: 'Set the final status of a deposit or a withdrawal',
    guard: api.gatewayGuard,
    fields: {
      email: encryptedField(320),
      transaction_reference: encryptedField(128),
      status: plainField(16),
      amount: amountField(),
    },
    documentedErrors: {
      ...missingFieldMessage,
      'user.not-found': 'User matching Email Not Found',
      'transaction.not-found': 'Transaction Not Found',
      'transaction.amount-mismatch': (error) => `Error Occurred ${error.message}`,
      'transaction.already-ended': (error) => `Error Occurred ${error.message}`,
      'amount.invalid': (error) => `Error Occurred ${error.message}`,
    },
    resolveCaller: noApiKey,
    handle: async (fields, { actor }) => {
      const outcome = requiredField(fields, 'status').toUpperCase()
      if (outcome !== 'SUCCESS' && outcome !== 'FAILED' && outcome !== 'CANCELLED')
        throw new BillfoldError('input.invalid', {
          issues: [{ path: 'status', message: 'Must be SUCCESS, FAILED or CANCELLED' }],
        })
      const stated = requiredField(fields, 'amount')
      const reference = parseReference(fields)
      const { money: rules } = api.settings
      const named = [{ kind: 'email', value: requiredField(fields, 'email') }] as const
      // Archived and erased users too: their pending transactions must still end.
      await endGatewayTransaction(api.services, actor, await findUserByIdentifiers(api.services, actor.tenant, named), {
        reference,
        outcome,
        amount: (code) => parseMinorUnits(rules, parseCurrency(rules, code), stated),
      })
      return { message: 'Transaction Updated Succesfully' }
    },
  })
}

function updateBalanceRoutes(api: EndpointContext): readonly Route[] {
  return endpointRoutes(api, {
    id: 'updateBalance',
    paths: ['update_balance'],
    summary: 'Credit a user with money received by a gateway',
    guard: api.gatewayGuard,
    fields: {
      email: encryptedField(320),
      amount: amountField(),
      currency: plainField(12),
      transaction_reference: encryptedField(128),
    },
    documentedErrors: {
      ...missingFieldMessage,
      'user.not-found': 'User Not Found',
      'reference.reused': cannotCreate,
      'amount.invalid': cannotCreate,
    },
    resolveCaller: noApiKey,
    handle: async (fields, { actor }) => {
      const currency = parseCurrency(api.settings.money, fields.currency)
      await creditBalance(api.services, actor, {
        userId: await getUserByEmail(api, actor, requiredField(fields, 'email')),
        reference: parseReference(fields),
        currency: currency.code,
        amount: parseMinorUnits(api.settings.money, currency, requiredField(fields, 'amount')),
      })
      return { message: 'Licence Registered Successfully' }
    },
  })
}

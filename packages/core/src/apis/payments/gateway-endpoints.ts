import type { Actor } from '../../audit/record.ts'
import { BillfoldError } from '../../errors.ts'
import type { Route } from '../../http/index.ts'
import { createTransaction, creditBalance, endTransaction } from '../../payments/gateway.ts'
import { currencyNamed, parseAmount } from '../../payments/money.ts'
import { payee, personWith } from '../../payments/people.ts'
import { assertOwnEmail } from './account-endpoints.ts'
import { boundedGuess } from './bounded-guess.ts'
import { anyCaller, endpoint, keyCaller, type PaymentsApi } from './endpoint.ts'
import { encrypted, type Fields, money, needed, plain } from './fields.ts'

/** Reply message for missing fields: the error's own. */
export const missingField = {
  'field.missing': (error: BillfoldError): string => error.message,
} as const

/** Routes for deposits and withdrawals through a payment gateway. */
export function gatewayEndpoints(api: PaymentsApi): readonly Route[] {
  return [...createTransactionRoutes(api), ...updateTransactionRoutes(api), ...updateBalanceRoutes(api)]
}

/**
 * Returns the id of the user with this email, for requests with a service key. @throws BillfoldError `user.not-found`
 */
export async function userNamed({ services }: PaymentsApi, { tenant }: Actor, email: string): Promise<string> {
  const profile = await payee(services, tenant, [{ kind: 'email', value: email }])
  if (profile === undefined) throw new BillfoldError('user.unknown')
  return profile.userId
}

/** Parses a reference: 1 to 128 printable ASCII characters. @throws BillfoldError `field.missing`, `input.invalid` */
export function referenceIn(fields: Fields<'transaction_reference'>): string {
  const reference = needed(fields, 'transaction_reference')
  if (!/^[!-~]{1,128}$/.test(reference))
    throw new BillfoldError('input.invalid', {
      issues: [{ path: 'transaction_reference', message: 'Must be 1 to 128 printable ASCII characters' }],
    })
  return reference
}

const cannotCreate = (error: BillfoldError): string => `Unable to Create License ${error.message}`

function createTransactionRoutes(api: PaymentsApi): readonly Route[] {
  return endpoint(api, {
    id: 'createTransaction',
    paths: ['create_transaction'],
    summary: 'Create a deposit or a withdrawal; a withdrawal holds its amount',
    guard: api.byKey,
    fields: {
      email: encrypted(320),
      transaction_reference: encrypted(128),
      transaction_type: plain(16),
      amount: money(),
      currency: encrypted(12),
      funding_method: encrypted(64),
      payment_gateway: encrypted(64),
      datetime: encrypted(64),
    },
    says: {
      ...missingField,
      'user.unknown': 'User Not Found',
      'ledger.insufficient-funds': 'You have insufficient balance',
      'reference.reused': cannotCreate,
      'amount.invalid': cannotCreate,
    },
    caller: keyCaller,
    handle: async (fields, caller) => {
      await assertOwnEmail(api.services, caller, needed(fields, 'email'))
      const type = needed(fields, 'transaction_type')
      if (type !== 'DEPOSIT' && type !== 'WITHDRAWAL')
        throw new BillfoldError('input.invalid', {
          issues: [{ path: 'transaction_type', message: 'Must be DEPOSIT or WITHDRAWAL' }],
        })
      const currency = currencyNamed(api.settings.money, needed(fields, 'currency'))
      const input = {
        userId: caller.userId,
        reference: referenceIn(fields),
        type,
        currency: currency.code,
        amount: parseAmount(api.settings.money, currency, needed(fields, 'amount')),
        gateway: needed(fields, 'payment_gateway'),
        fundingMethod: fields.funding_method ?? '',
      } as const
      await boundedGuess(api.services, caller.actor, ['reference.reused'], () =>
        createTransaction(api.services, caller.actor, input, caller.held),
      )
      return { message: 'Licence Registered Successfully' }
    },
  })
}

function updateTransactionRoutes(api: PaymentsApi): readonly Route[] {
  return endpoint(api, {
    id: 'updateTransaction',
    paths: ['update_transaction'],
    summary: 'Set the final status of a deposit or a withdrawal',
    guard: api.gateway,
    fields: {
      email: encrypted(320),
      transaction_reference: encrypted(128),
      status: plain(16),
      amount: money(),
    },
    says: {
      ...missingField,
      'user.unknown': 'User matching Email Not Found',
      'transaction.unknown': 'Transaction Not Found',
      'transaction.mismatch': (error) => `Error Occurred ${error.message}`,
      'transaction.ended': (error) => `Error Occurred ${error.message}`,
      'amount.invalid': (error) => `Error Occurred ${error.message}`,
    },
    caller: anyCaller,
    handle: async (fields, { actor }) => {
      const outcome = needed(fields, 'status').toUpperCase()
      if (outcome !== 'SUCCESS' && outcome !== 'FAILED' && outcome !== 'CANCELLED')
        throw new BillfoldError('input.invalid', {
          issues: [{ path: 'status', message: 'Must be SUCCESS, FAILED or CANCELLED' }],
        })
      const stated = needed(fields, 'amount')
      const reference = referenceIn(fields)
      const { money: rules } = api.settings
      const named = [{ kind: 'email', value: needed(fields, 'email') }] as const
      // Archived and erased users too: their pending transactions must still end.
      await endTransaction(api.services, actor, await personWith(api.services, actor.tenant, named), {
        reference,
        outcome,
        amount: (code) => parseAmount(rules, currencyNamed(rules, code), stated),
      })
      return { message: 'Transaction Updated Succesfully' }
    },
  })
}

function updateBalanceRoutes(api: PaymentsApi): readonly Route[] {
  return endpoint(api, {
    id: 'updateBalance',
    paths: ['update_balance'],
    summary: 'Credit a user with money received by a gateway',
    guard: api.gateway,
    fields: {
      email: encrypted(320),
      amount: money(),
      currency: plain(12),
      transaction_reference: encrypted(128),
    },
    says: {
      ...missingField,
      'user.unknown': 'User Not Found',
      'reference.reused': cannotCreate,
      'amount.invalid': cannotCreate,
    },
    caller: anyCaller,
    handle: async (fields, { actor }) => {
      const currency = currencyNamed(api.settings.money, fields.currency)
      await creditBalance(api.services, actor, {
        userId: await userNamed(api, actor, needed(fields, 'email')),
        reference: referenceIn(fields),
        currency: currency.code,
        amount: parseAmount(api.settings.money, currency, needed(fields, 'amount')),
      })
      return { message: 'Licence Registered Successfully' }
    },
  })
}

import { isBillfoldError } from '../../kernel/errors.ts'
import type { Identifier } from '../../identity/users/identifiers.ts'
import { type ConfirmationReads, startReadingConfirmation } from '../two-leg/confirmation-reads.ts'
import { type NewPaymentKey, type NewPaymentReads, startReadingNewPayment } from '../two-leg/new-payment-reads.ts'
import type { PaymentsApiContext } from './api-context.ts'
import { resolveCurrency } from './currency-type.ts'
import { type EndpointFields, requiredField } from './fields.ts'
import { type PeekedEnumerationLimit, peekEnumerationLimit } from './limit-enumeration.ts'
import { plainFieldsOf } from './plain-fields.ts'
import type { ReadAhead } from './read-ahead.ts'
import { parseReference } from './transaction-reference.ts'

/** What is read ahead for an operation under the enumeration limit. */
export interface LimitedReads<Reads> {
  readonly limit: PeekedEnumerationLimit
  readonly reads: Reads
  /** Identifies what the request asked for. */
  readonly key: string
}

const keyFields = ['recv_email', 'recv_mobile', 'currency', 'currency_type', 'transaction_reference'] as const

/** Reads ahead for a new payment. */
export function newPaymentReadAhead(api: PaymentsApiContext): ReadAhead<LimitedReads<NewPaymentReads>> {
  return api.guards.apiKeyReading((request, body) => {
    const fields = plainFieldsOf(request, body, keyFields)
    const key = fields === undefined ? undefined : tryParseKey(api, fields)
    if (key === undefined) return undefined
    const readRest = startReadingNewPayment(api, api.tenant, key)
    return (userId) => withLimit(api, userId, formatKey(key), readRest(userId))
  })
}

/** Reads ahead for a confirmation. */
export function confirmationReadAhead(api: PaymentsApiContext): ReadAhead<LimitedReads<ConfirmationReads>> {
  return api.guards.apiKeyReading((request, body) => {
    const session = plainFieldsOf(request, body, ['session'])?.session
    if (session === undefined || session.length > 64) return undefined
    const readRest = startReadingConfirmation(api.services, api.tenant, session)
    return (userId) => withLimit(api, userId, session, readRest())
  })
}

async function withLimit<Reads>(
  { services, tenant }: PaymentsApiContext,
  id: string,
  key: string,
  reading: Promise<Reads>,
): Promise<LimitedReads<Reads>> {
  const [limit, reads] = await Promise.all([peekEnumerationLimit(services, { tenant, id }), reading])
  return { limit, reads, key }
}

/** Formats what {@link LimitedReads.key} compares. */
export function formatKey({ receiver, currency, reference }: NewPaymentKey): string {
  return JSON.stringify([receiver.map(({ kind, value }) => [kind, value]), currency, reference])
}

function tryParseKey(
  api: PaymentsApiContext,
  fields: EndpointFields<(typeof keyFields)[number]>,
): NewPaymentKey | undefined {
  try {
    const receiver = parseReceiver(fields)
    const currency = resolveCurrency(api, fields.currency, fields.currency_type).code
    const reference = fields.transaction_reference === undefined ? undefined : parseReference(fields)
    return { receiver, currency, reference }
  } catch (error) {
    // The operation reports it, in its order.
    if (isBillfoldError(error)) return undefined
    throw error
  }
}

/** Returns the receiver's email, phone number or both. @throws BillfoldError `field.missing` if there is neither */
export function parseReceiver(fields: EndpointFields<'recv_email' | 'recv_mobile'>): readonly Identifier[] {
  const { recv_email, recv_mobile } = fields
  if (recv_email === undefined && recv_mobile === undefined) requiredField(fields, 'recv_email')
  return [
    ...(recv_email === undefined ? [] : [{ kind: 'email', value: recv_email } as const]),
    ...(recv_mobile === undefined ? [] : [{ kind: 'phone', value: recv_mobile } as const]),
  ]
}

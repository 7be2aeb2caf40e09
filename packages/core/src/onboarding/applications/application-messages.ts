import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import type { Application, ApplicationMessage } from './application.ts'
import type { ApplicationFilter } from './application-queries.ts'
import { changeApplication } from './change-application.ts'

/** Maximum length of a message about an application, in UTF-16 code units. */
export const maxMessageLength = 4000

/**
 * Maximum number of messages of one side about an application, and of all their UTF-16 code units: an applicant uses up nothing of
 * the host's.
 */
const maxMessages = { count: 200, length: 50_000 } as const

/** Maximum number of payment transactions of an application. */
const maxPaymentTransactions = 20

/**
 * Adds a message to an application, by its applicant or by the host.
 * @throws BillfoldError `application.not-found`; `application.limit-reached` after 200 messages or 50,000 characters of this side;
 *   `input.invalid`
 */
export function postApplicationMessage(
  services: Services,
  actor: Actor,
  filter: ApplicationFilter,
  id: string,
  message: Pick<ApplicationMessage, 'from' | 'text'>,
): Promise<Application> {
  const { from, text } = message
  if (text.length === 0 || text.length > maxMessageLength)
    throw new BillfoldError('input.invalid', {
      issues: [{ path: 'message', message: 'must be 1 to 4,000 characters long' }],
    })
  return changeApplication(services, filter, id, (before, now) => {
    const { messages = [], templateId } = before
    const own = messages.filter((earlier) => earlier.from === from)
    const length = own.reduce((sum, earlier) => sum + earlier.text.length, text.length)
    if (own.length >= maxMessages.count || length > maxMessages.length)
      throw new BillfoldError('application.limit-reached')
    return {
      content: { ...before, messages: [...messages, { id: newId(), from, text, createdAt: now }] },
      writes: [
        auditWrite(actor, 'application.message-posted', id, now, { from }),
        ...eventWrites(services, actor.tenant, 'application.message-posted', { applicationId: id, templateId, from }),
      ],
    }
  })
}

/**
 * Records the hash of a transaction by which the applicant says to have paid. Recording one again changes nothing. Nothing is looked up
 * on a chain: that is for the host.
 * @throws BillfoldError `application.not-found`; `application.limit-reached` after 20 transactions
 */
export function reportApplicationPayment(
  services: Services,
  actor: Actor,
  id: string,
  transactionHash: string,
): Promise<Application> {
  const { tenant } = actor
  return changeApplication(services, { tenant, owner: actor.id }, id, (before, now) => {
    const { paymentTransactions = [], templateId } = before
    if (paymentTransactions.includes(transactionHash)) return { content: before, writes: [] }
    if (paymentTransactions.length >= maxPaymentTransactions) throw new BillfoldError('application.limit-reached')
    return {
      content: { ...before, paymentTransactions: [...paymentTransactions, transactionHash] },
      writes: [
        auditWrite(actor, 'application.payment-reported', id, now),
        ...eventWrites(services, tenant, 'application.payment-reported', {
          applicationId: id,
          templateId,
          transactionHash,
        }),
      ],
    }
  })
}

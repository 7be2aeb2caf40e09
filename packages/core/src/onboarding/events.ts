import { z } from 'zod'
import { defineEvent, eventId } from '../platform/events/define-event.ts'

const application = { applicationId: eventId, templateId: z.union([z.string(), z.number()]) }

/** The events of onboarding. */
export const onboardingEvents = {
  'application.submitted': defineEvent('An application was submitted.', application),
  'application.in-review': defineEvent('The review of an application started.', application),
  'application.returned': defineEvent('An application was returned for changes.', application),
  'application.approved': defineEvent('An application was approved.', application),
  'application.rejected': defineEvent('An application was rejected.', application),
  'application.withdrawn': defineEvent('The applicant withdrew an application.', application),
  'application.message-posted': defineEvent('The applicant or the host posted a message about an application.', {
    ...application,
    from: z.enum(['applicant', 'host']),
  }),
  'application.payment-reported': defineEvent('The applicant reported the transaction of a payment.', {
    ...application,
    transactionHash: z.string(),
  }),
}

/** The type of the declarations above, which is merged into that of all modules. */
export type OnboardingEvents = typeof onboardingEvents

declare module '../platform/events/event.ts' {
  interface ModuleEvents extends OnboardingEvents {}
}

import { z } from 'zod'
import { defineEvent, eventId } from '../events/define-event.ts'

/** The events of webhooks. */
export const webhookEvents = {
  'webhook.pinged': defineEvent('A test event, sent to one endpoint only.', {
    endpointId: eventId,
  }),
  'webhook.disabled': defineEvent(
    'A webhook endpoint was disabled: manually, after too many failures, or because it answered 410 Gone.',
    {
      endpointId: eventId,
      reason: z.enum(['manual', 'failing', 'gone']),
    },
  ),
}

/** The type of the declarations above, which is merged into that of all modules. */
export type WebhookEvents = typeof webhookEvents

declare module '../events/event.ts' {
  interface ModuleEvents extends WebhookEvents {}
}

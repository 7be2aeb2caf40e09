import { z } from 'zod'
import { defineEvent, eventId } from '../../platform/events/define-event.ts'

/** The events of licences. */
export const licenceEvents = {
  'licence.created': defineEvent('A licence of the authentication API was created.', {
    licenceId: eventId,
    authLevel: z.enum(['standard', 'system']),
  }),
  'licence.revoked': defineEvent('A licence was revoked.', { licenceId: eventId }),
}

/** The type of the declarations above, which is merged into that of all modules. */
export type LicenceEvents = typeof licenceEvents

declare module '../../platform/events/event.ts' {
  interface ModuleEvents extends LicenceEvents {}
}

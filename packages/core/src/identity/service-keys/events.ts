import { defineEvent, eventId } from '../../platform/events/define-event.ts'

/** The events of service keys. */
export const serviceKeyEvents = {
  'service-key.created': defineEvent('A service key was created.', { keyId: eventId }),
  'service-key.revoked': defineEvent('A service key was revoked.', { keyId: eventId }),
  'service-key.reset': defineEvent('A service key was replaced by a successor.', {
    keyId: eventId,
    successorId: eventId,
  }),
}

/** The type of the declarations above, which is merged into that of all modules. */
export type ServiceKeyEvents = typeof serviceKeyEvents

declare module '../../platform/events/event.ts' {
  interface ModuleEvents extends ServiceKeyEvents {}
}

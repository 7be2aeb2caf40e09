import { z } from 'zod'
import { defineEvent, eventId } from '../../platform/events/define-event.ts'

const owned = { methodId: eventId, ownerId: eventId, type: z.string().max(64) }

/** The events of signing methods. */
export const signingMethodEvents = {
  'signing-method.created': defineEvent(
    'A signing method was created. Its owner is a user, or a standalone wallet with its own PIN.',
    owned,
  ),
  'signing-method.replaced': defineEvent('The value of a signing method was replaced.', owned),
  'signing-method.removed': defineEvent('A signing method was deleted.', owned),
  'signing-method.locked': defineEvent(
    'A signing method was locked after too many failed attempts: for the time that `custody.lockout` sets, and after ten until it is replaced or the host unlocks its owner.',
    owned,
  ),
}

/** The type of the declarations above, which is merged into that of all modules. */
export type SigningMethodEvents = typeof signingMethodEvents

declare module '../../platform/events/event.ts' {
  interface ModuleEvents extends SigningMethodEvents {}
}

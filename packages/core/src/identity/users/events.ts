import { z } from 'zod'
import { defineEvent, eventId } from '../../platform/events/define-event.ts'

/** The events of users. */
export const userEvents = {
  'user.created': defineEvent(
    'A user was created: by the custody API, by a wallet login, or by registering for payments.',
    {
      userId: eventId,
      by: z.enum(['custody', 'wallet', 'registration']),
    },
  ),
  'user.updated': defineEvent('The reference or the profile of a user was updated.', {
    userId: eventId,
    change: z.enum(['reference', 'profile']),
  }),
  'user.archived': defineEvent('A user was archived. Their wallets and signing methods can no longer be used.', {
    userId: eventId,
  }),
  'user.unlocked': defineEvent(
    'The host reset the failed attempts of a user, or of a standalone wallet with its own PIN, which ended all locks.',
    { ownerId: eventId },
  ),
  'user.contact-verified': defineEvent(
    'A user verified an email or a phone number, or the host did. It belongs to this user alone from now on.',
    { userId: eventId, kind: z.enum(['email', 'phone']), by: z.enum(['code', 'host']) },
  ),
  'user.erased': defineEvent('The personal data of a user was erased; only the id remains.', { userId: eventId }),
}

/** The type of the declarations above, which is merged into that of all modules. */
export type UserEvents = typeof userEvents

declare module '../../platform/events/event.ts' {
  interface ModuleEvents extends UserEvents {}
}

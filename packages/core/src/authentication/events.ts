import { z } from 'zod'
import { defineEvent, eventId } from '../platform/events/define-event.ts'

const session = {
  sessionId: eventId,
  community: eventId,
  purpose: z.string().max(32),
  userId: eventId.nullable(),
}

/** The events of authentication. */
export const authenticationEvents = {
  'session.verified': defineEvent('An authentication session succeeded.', session),
  'session.failed': defineEvent('An authentication session failed; `failure` is the reason.', {
    ...session,
    failure: z.string().max(64).nullable(),
  }),
  'session.consent-given': defineEvent(
    'The user of an authentication session agreed to the privacy notice; `version` is its version.',
    { ...session, version: z.string().max(64) },
  ),
}

/** The type of the declarations above, which is merged into that of all modules. */
export type AuthenticationEvents = typeof authenticationEvents

declare module '../platform/events/event.ts' {
  interface ModuleEvents extends AuthenticationEvents {}
}

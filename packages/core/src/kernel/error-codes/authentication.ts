import type { ErrorTable } from './error-table.ts'

/** The error codes of authentication. */
export const authenticationErrors = {
  'session.not-found': { status: 404, message: 'Session not found' },
  'session.expired': { status: 410, message: 'The session has expired' },
  'session.invalid-state': { status: 400, message: 'The session is not in a state that allows this step' },
  'session.wrong-client': { status: 403, message: 'The session is bound to another client' },
  'session.no-attempts-left': { status: 400, message: 'The session has no attempts left' },
  'session.no-user': { status: 400, message: 'The session has no user, and its configuration does not identify one' },
  'session.pending': { status: 404, message: 'The session has no response yet' },
  'session.failed': { status: 400, message: 'The session ended without success' },
  'session.cancelled': { status: 400, message: 'The user cancelled the session' },
  'session.face-required': { status: 400, message: 'The session requires a face' },
  'session.factor-not-offered': { status: 400, message: 'The session does not offer this way to sign in' },
  'session.consent-required': { status: 400, message: 'The session requires consent to the current privacy notice' },
  'community.not-found': { status: 404, message: 'Community not found' },
  'session-url.rejected': { status: 400, message: 'This session URL is not allowed' },
  'login.second-factor-required': {
    status: 403,
    message: 'The face needs a second factor: a trusted device or an earlier login',
  },
} as const satisfies ErrorTable

import type { IdentityServices } from '../identity/services.ts'
import { authenticationErrors } from '../kernel/error-codes/authentication.ts'
import { defineModule, type ModuleContext } from '../platform/module.ts'
import { createAuthenticationApi } from './api/api.ts'
import { type AuthenticationOptions, authenticationHttpApi } from './api/index.ts'
import { authenticationEvents } from './events.ts'
import { purgeOldFaceAttempts, sealedFaceAttempts } from './sessions/face-step/face-attempts.ts'
import { purgeExpiredSessions, sealedSessions } from './sessions/session.ts'
import { faceAttemptsData } from './sessions/personal-data.ts'
import type { SessionContext } from './sessions/session-context.ts'
import { sealedSessionValues } from './sessions/session-values.ts'
import { authenticationSessions, faceAttempts, sessionValues } from './sessions/tables.ts'

const authenticationAuditActions = {
  'session.created': 'An authentication session was created',
  'session.imported': 'A session of another service was imported',
  'session.started': 'A session was started in a browser or an app',
  'session.device-info-read': 'A relying party read the device information of a session',
  'session.face-rejected': 'A face submitted to a session was not accepted',
  'session.face-verified': 'A face submitted to a session matched',
  'session.passkey-rejected': 'A passkey submitted to a session was not accepted',
  'session.passkey-verified': 'A passkey submitted to a session was accepted, and the PIN is required next',
  'session.face-skipped': 'A session went on to the PIN without a face, as its configuration allows',
  'session.resumed': 'A session that awaits the PIN went on in a reloaded page of the same browser',
  'session.consent-given': 'The user of a session agreed to the privacy notice, of which the entry names the version',
  'session.pin-rejected': 'A wrong PIN was submitted to a session',
  'session.succeeded': 'A session succeeded',
  'session.failed': 'A session failed',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type AuthenticationAuditActions = typeof authenticationAuditActions

declare module '../platform/audit/actions.ts' {
  interface ModuleAuditActions extends AuthenticationAuditActions {}
}

/** Dependencies of the authentication module besides the services. */
export interface AuthenticationModuleContext extends ModuleContext {
  readonly services: IdentityServices
  readonly authentication: AuthenticationOptions | undefined
  readonly sessions: SessionContext
}

/** Authentication sessions, and the authentication API. */
export const authenticationModule = defineModule({
  name: 'authentication',
  tables: [authenticationSessions, sessionValues, faceAttempts],
  sealedColumns: [sealedFaceAttempts, ...sealedSessions, sealedSessionValues],
  personalDataExceptions: {
    auth_sessions: 'Deleted soon after it expires, with all values of the session.',
  },
  auditActions: authenticationAuditActions,
  events: authenticationEvents,
  errors: authenticationErrors,
  serviceKeyScopes: {
    authentication: 'All scopes of the authentication API',
    'authentication:device-info': 'Device information',
    'authentication:liveid': 'Liveness checks and comparisons of faces',
    'authentication:enrollment': 'Enrollment of faces and devices',
    'authentication:identify': 'Identification of a face among those enrolled',
    'authentication:sessions': 'Authentication sessions',
  },
  create: ({ services, tenant, authentication, sessions }: AuthenticationModuleContext) => ({
    api: authenticationHttpApi(services, tenant, authentication, sessions),
    functions: createAuthenticationApi(sessions, tenant),
    personalData: [faceAttemptsData],
    maintenanceSteps: [
      {
        name: 'delete expired sessions',
        stage: 'expire',
        run: (startedAt, report) => purgeExpiredSessions(services.storage, startedAt, report),
      },
      {
        name: 'delete old face attempts',
        stage: 'expire',
        run: (startedAt, report) => purgeOldFaceAttempts(services.storage, startedAt, report),
      },
    ],
  }),
})

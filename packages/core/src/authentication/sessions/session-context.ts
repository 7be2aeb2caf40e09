import type { IdentityServices } from '../../identity/services.ts'
import type { FaceRecognition } from '../../identity/biometrics/face-recognition.ts'
import type { ControlsDid } from '../../identity/users/did-control.ts'
import type { RateLimitRule } from '../../platform/rate-limits/index.ts'
import type { AssessRisk } from './face-step/risk-assessment.ts'
import type { ListWalletClaims } from './session-claims.ts'
import type { SessionRow } from './session.ts'

/** The dependencies of session steps. */
export interface SessionContext {
  readonly services: IdentityServices
  readonly faces: FaceRecognition
  readonly assessRisk: AssessRisk
  /** Rate limit of face attempts per user, over all sessions. */
  readonly faceAttemptsPerUser: RateLimitRule
  /** Rate limit of face attempts per licence or service key, over all sessions. */
  readonly faceAttemptsPerLicence: RateLimitRule
  /** Called after a session has ended. Errors are logged. Use the outbox for anything that must not be lost. */
  readonly hooks: SessionHooks
  /** Lists the wallets of a user, for the scope `wallet`. */
  readonly listWalletClaims: ListWalletClaims
  /** Looks up who controls a DID. */
  readonly controlsDid: ControlsDid
}

/**
 * Callbacks of the host for ended sessions. They run after the commit and at most once; use events for guaranteed delivery.
 *
 * @example
 * ```ts
 * import type { AuthenticationOptions } from '@billfold/core'
 *
 * const authentication: AuthenticationOptions = {
 *   hooks: { onFailure: ({ sessionId, failure }) => console.warn(sessionId, failure) },
 * }
 * ```
 */
export interface SessionHooks {
  readonly onSuccess?: (session: EndedSession) => void | Promise<void>
  readonly onFailure?: (session: EndedSession) => void | Promise<void>
}

/** A session that has ended. */
export interface EndedSession {
  readonly sessionId: string
  readonly tenant: string
  readonly community: string
  readonly purpose: string
  readonly userId: string | undefined
  /** The one-word reason of a failure. */
  readonly failure: string | undefined
}

/** Notifies the host's hooks that a session has ended. */
export async function notifyHooks({ hooks, services }: SessionContext, session: SessionRow): Promise<void> {
  const { id: sessionId, tenant, community, purpose } = session
  const endedSession = {
    sessionId,
    tenant,
    community,
    purpose,
    userId: session.userId ?? undefined,
    failure: session.failure ?? undefined,
  }
  try {
    if (session.state === 'succeeded') await hooks.onSuccess?.(endedSession)
    else if (session.state === 'failed') await hooks.onFailure?.(endedSession)
  } catch (error) {
    services.logger.error(
      { sessionId, error: error instanceof Error ? error.message : typeof error },
      'session hook failed',
    )
  }
}

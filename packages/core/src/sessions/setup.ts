import type { Faces } from '../biometrics/faces.ts'
import type { RateLimitRule } from '../rate-limits/index.ts'
import type { Services } from '../services.ts'
import type { Write } from '../storage/index.ts'
import type { AssessRisk } from './risk.ts'
import type { SessionRow } from './session.ts'

/** What the steps of sessions stand on. */
export interface SessionSetup {
  readonly services: Services
  readonly faces: Faces
  readonly assess: AssessRisk
  /** Face attempts about one user, over all sessions. */
  readonly attemptsOfUser: RateLimitRule
  /** Face attempts by one licence or service key, over all sessions. */
  readonly attemptsOfLicence: RateLimitRule
  /** Told after a session has ended; what they throw is logged. For what must not be lost there is the outbox. */
  readonly hooks: SessionHooks
}

/** What a host can have called. */
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
  /** Why it failed, in one word. */
  readonly failure: string | undefined
}

/** Makes the answer of a step, and the writes that keep it with the step's own commit. */
export type Conclude<Result, Answer> = (
  result: Result,
) => Promise<{ readonly answer: Answer; readonly writes: readonly Write[] }>

/** Tells the host's hooks that a session has ended. */
export async function tellHooks({ hooks, services }: SessionSetup, session: SessionRow): Promise<void> {
  const { id: sessionId, tenant, community, purpose } = session
  const told = {
    sessionId,
    tenant,
    community,
    purpose,
    userId: session.userId ?? undefined,
    failure: session.failure ?? undefined,
  }
  try {
    if (session.state === 'succeeded') await hooks.onSuccess?.(told)
    else if (session.state === 'failed') await hooks.onFailure?.(told)
  } catch (error) {
    services.logger.error(
      { sessionId, error: error instanceof Error ? error.message : typeof error },
      'a session hook failed',
    )
  }
}

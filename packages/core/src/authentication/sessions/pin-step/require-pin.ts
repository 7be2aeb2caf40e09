import { type Actor, auditWrite } from '../../../platform/audit/audit-write.ts'
import { hasMethods } from '../../../identity/signing-methods/methods.ts'
import type { Write } from '../../../kernel/storage/index.ts'
import type { DecidedStep } from '../decided-step.ts'
import { failSession } from '../end-session.ts'
import type { FaceStepResult } from '../face-step/face-step-result.ts'
import type { SessionContext } from '../session-context.ts'
import { awaitingPinState, transitionSession, type SessionRow } from '../session.ts'

/** A first step after which the PIN is required. */
export interface PinRequirement {
  readonly userId: string
  /** Thumbprint of the device that proved possession of its key. */
  readonly device: string | null
  /** The public key of the client, if the step has not bound the session to it yet. */
  readonly callerKey?: string
  /** What the audit log calls the step. Default: `session.face-verified`. */
  readonly action?: 'session.face-verified' | 'session.passkey-verified'
  readonly message: string
  readonly reasons: readonly string[]
  /** Preconditions of the decision, whatever it is. */
  readonly preconditions: readonly Write[]
  /** Writes to commit with the transition to the PIN step. */
  readonly writes: readonly Write[]
  /** Message and one-word failure reason if the user has no PIN. */
  readonly withoutPin: { readonly message: string; readonly failure: string }
}

/** Moves the session to the PIN step, or fails it if the user has no PIN. */
export async function requirePin(
  { services }: SessionContext,
  actor: Actor,
  session: SessionRow,
  requirement: PinRequirement,
): Promise<DecidedStep<FaceStepResult>> {
  const { userId, device, callerKey = session.callerKey, message, reasons, preconditions, withoutPin } = requirement
  const { action = 'session.face-verified' } = requirement
  if (!(await hasMethods(services, { tenant: session.tenant, ownerId: userId, ownerKind: 'user' }))) {
    const ending = failSession(services, actor, session, withoutPin.failure)
    const result = { session: ending.session, status: 'failure', message: withoutPin.message, reasons } as const
    return { result, writes: [...preconditions, ...ending.writes] }
  }
  const now = services.now()
  const changes = { userId, device, callerKey, ...awaitingPinState(session, now) }
  const after = { ...session, ...changes, version: session.version + 1 }
  return {
    result: { session: after, status: 'pin', message, reasons },
    writes: [
      ...preconditions,
      transitionSession(session, now, changes),
      ...requirement.writes,
      auditWrite(actor, action, session.id, now, { user: userId }),
    ],
  }
}

import { type Actor, auditRecord } from '../audit/record.ts'
import type { Reason } from '../biometrics/reasons.ts'
import { hasMethods } from '../credentials/methods.ts'
import type { Write } from '../storage/index.ts'
import { fails } from './end-session.ts'
import type { Settled } from './face-submission.ts'
import type { SessionSetup } from './setup.ts'
import { sessionMoves, type SessionRow } from './session.ts'

/** A face step after which the PIN is required. */
export interface PinDue {
  readonly userId: string
  /** Thumbprint of the device that proved possession of its key. */
  readonly device: string | null
  readonly message: string
  readonly reasons: readonly Reason[]
  /** Writes to commit with the transition. */
  readonly writes: readonly Write[]
  /** Message and one-word failure reason if the user has no PIN. */
  readonly otherwise: { readonly message: string; readonly failure: string }
}

/** Moves the session to the PIN step, or fails it if the user has no PIN. */
export async function askForPin(
  { services }: SessionSetup,
  actor: Actor,
  session: SessionRow,
  requirement: PinDue,
): Promise<Settled> {
  const { userId, device, message, reasons, otherwise: withoutPin } = requirement
  if (!(await hasMethods(services, { tenant: session.tenant, ownerId: userId, ownerKind: 'user' }))) {
    const ending = fails(services, actor, session, withoutPin.failure)
    const result = { session: ending.session, status: 'failure', message: withoutPin.message, reasons } as const
    return { result, writes: ending.writes }
  }
  const now = services.now()
  const changes = { userId, device, state: 'face_verified' } as const
  const after = { ...session, ...changes, version: session.version + 1 }
  return {
    result: { session: after, status: 'pin', message, reasons },
    writes: [
      sessionMoves(session, now, changes),
      ...requirement.writes,
      auditRecord(actor, 'session.face-verified', session.id, now, { user: userId }),
    ],
  }
}

import { type Actor, auditRecord } from '../audit/record.ts'
import type { Reason } from '../biometrics/reasons.ts'
import { hasMethods } from '../credentials/methods.ts'
import type { Write } from '../storage/index.ts'
import { fails } from './end-session.ts'
import type { Settled } from './face-submission.ts'
import type { SessionSetup } from './setup.ts'
import { sessionMoves, type SessionRow } from './session.ts'

/** A face step that leaves the PIN to be asked for. */
export interface PinDue {
  readonly userId: string
  /** Thumbprint of the device that has shown its key. */
  readonly device: string | null
  readonly message: string
  readonly reasons: readonly Reason[]
  /** What is committed with it. */
  readonly writes: readonly Write[]
  /** What to say, and to write down in one word, where the user has no PIN. */
  readonly otherwise: { readonly message: string; readonly failure: string }
}

/** The session waits for the PIN; where the user has none, it is over. */
export async function askForPin(
  { services }: SessionSetup,
  actor: Actor,
  session: SessionRow,
  due: PinDue,
): Promise<Settled> {
  const { userId, device, message, reasons, otherwise } = due
  if (!(await hasMethods(services, { tenant: session.tenant, ownerId: userId, ownerKind: 'user' }))) {
    const ending = fails(services, actor, session, otherwise.failure)
    const result = { session: ending.session, status: 'failure', message: otherwise.message, reasons } as const
    return { result, writes: ending.writes }
  }
  const now = services.now()
  const moved = { userId, device, state: 'face_verified' } as const
  const after = { ...session, ...moved, version: session.version + 1 }
  return {
    result: { session: after, status: 'pin', message, reasons },
    writes: [
      sessionMoves(session, now, moved),
      ...due.writes,
      auditRecord(actor, 'session.face-verified', session.id, now, { user: userId }),
    ],
  }
}

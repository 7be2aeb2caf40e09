import { retryOnConflict } from '../../../kernel/storage/index.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { FaceStepInput } from '../../sessions/face-step/face-step-types.ts'
import { attemptFace, decideFaceStep } from '../../sessions/face-step/face-step.ts'
import { notifyHooks, type SessionContext } from '../../sessions/session-context.ts'
import type { SessionRow } from '../../sessions/session.ts'
import { type CommittedReply, commitWithReply, type RequestClaim } from '../secure-channel/replay-protection.ts'
import { toFaceReply } from './face-reply.ts'

/** Runs the face step of a session, and commits its outcome together with the reply. @throws BillfoldError those of `attemptFace` and `decideFaceStep` */
export async function submitFace(
  sessionContext: SessionContext,
  actor: Actor,
  session: SessionRow,
  input: FaceStepInput,
  claim: RequestClaim,
): Promise<CommittedReply> {
  const { services } = sessionContext
  const verified = await attemptFace(sessionContext, actor, session, input)
  return retryOnConflict(async (attemptNumber) => {
    const { result, writes } = await decideFaceStep(sessionContext, actor, verified, attemptNumber)
    const reply = await toFaceReply(services, input.callerKey, result)
    const committed = await commitWithReply(services, claim, writes, reply)
    await notifyHooks(sessionContext, result.session)
    return committed
  })
}

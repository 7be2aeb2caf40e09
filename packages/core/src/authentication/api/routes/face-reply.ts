import type { IdentityServices } from '../../../identity/services.ts'
import { z } from 'zod'
import type { FaceStepResult } from '../../sessions/face-step/face-step-result.ts'
import type { SessionRow } from '../../sessions/session.ts'
import type { StepReply } from '../secure-channel/encrypt-reply.ts'
import { issueStepToken } from '../callers/step-token.ts'

/** The reply to a face step. */
export const faceReplySchema = z.object({
  success: z.boolean().describe('True if the face was accepted'),
  sessionId: z.string(),
  status: z.enum(['success', 'pin', 'retry', 'enroll', 'failure']),
  pinRequired: z.boolean(),
  message: z.string(),
  reasons: z.array(z.string()).describe('Machine-readable reasons of a rejection'),
  token: z.string().optional().describe('The bearer token for verify_pin, if pinRequired is true'),
})

/** Builds the reply to a face step. @param callerKey the X coordinate of the caller's public key, base64url */
export async function toFaceReply(
  services: IdentityServices,
  callerKey: string,
  { session, status, message, reasons }: FaceStepResult,
): Promise<StepReply> {
  const pinRequired = status === 'pin'
  const data = {
    success: pinRequired || status === 'success',
    sessionId: session.id,
    status,
    pinRequired,
    message,
    reasons,
    ...(pinRequired && { token: await issuePinToken(services, session, callerKey) }),
  }
  return { data }
}

/**
 * Issues the bearer token for the PIN step of a session. It is bound to the caller's key and to the device proved in the face step, and
 * expires with the session.
 */
export function issuePinToken(services: IdentityServices, session: SessionRow, callerKey: string): Promise<string> {
  return issueStepToken(services, {
    tenant: session.tenant,
    userId: session.userId ?? '',
    sessionId: session.id,
    deviceId: session.device ?? '',
    callerKey: callerKey,
    ttlSeconds: Math.max(1, Math.ceil((session.expiresAt - services.now()) / 1000)),
  })
}

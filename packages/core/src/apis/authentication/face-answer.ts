import { z } from 'zod'
import type { Services } from '../../services.ts'
import type { FaceResult } from '../../sessions/face-result.ts'
import type { Conclude } from '../../sessions/setup.ts'
import type { SessionRow } from '../../sessions/session.ts'
import type { Answer } from './answer.ts'
import { issueStepToken } from './step-token.ts'
import type { Keeping } from './step-once.ts'

/** How long the token for the PIN is good for, in seconds. */
const stepSeconds = 300

/** What a submitted face is answered with. */
export const faceAnswer = z.object({
  success: z.boolean().describe('Whether the face is right'),
  sessionId: z.string(),
  status: z.enum(['success', 'pin', 'retry', 'enroll', 'failure']),
  pinRequired: z.boolean(),
  message: z.string(),
  reasons: z.array(z.string()).describe('What to do better, for a program'),
  token: z.string().optional().describe('The bearer token for verify_pin, where the PIN is due'),
})

/** Concludes a face step with the answer to its caller. */
export function concludeFace(services: Services, caller: string, keeping: Keeping): Conclude<FaceResult, Answer> {
  return async ({ session, status, message, reasons }) => {
    const pinRequired = status === 'pin'
    const data = {
      success: pinRequired || status === 'success',
      sessionId: session.id,
      status,
      pinRequired,
      message,
      reasons,
      ...(pinRequired && { token: await pinToken(services, session, caller) }),
    }
    const answer = { data }
    return { answer, writes: await keeping(answer) }
  }
}

/** The bearer token for the PIN of a session: good for this caller, and on the device that has shown its key with the face. */
export function pinToken(services: Services, session: SessionRow, caller: string): Promise<string> {
  return issueStepToken(services, {
    tenant: session.tenant,
    userId: session.userId ?? '',
    sessionId: session.id,
    deviceId: session.device ?? '',
    caller,
    seconds: stepSeconds,
  })
}

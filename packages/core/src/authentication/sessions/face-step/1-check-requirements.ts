import { selectEvidence } from '../../../identity/biometrics/presented-evidence.ts'
import type { VerificationConfiguration } from '../../../identity/biometrics/verification-configurations.ts'
import type { Evidence } from '../../../identity/biometrics/verifier.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { assertSessionState, type SessionRow } from '../session.ts'
import { assertFactorOffered } from '../factors.ts'
import type { SessionContext } from '../session-context.ts'
import { assertSameBrowser, getSessionConfiguration } from '../start-session.ts'
import type { FaceStepInput } from './face-step-types.ts'

/**
 * Stage 1: checks that the session awaits a face from this caller, and that the evidence is of the required kind. Counts nothing.
 * @throws BillfoldError `session.invalid-state`, `session.wrong-client`, `session.no-user`, `session.factor-not-offered`, `liveness.required`, `selfie.invalid`,
 *   `verification-configuration.not-found`, `verifier.unavailable`
 */
export async function checkRequirements(
  { services, faces }: SessionContext,
  session: SessionRow,
  input: FaceStepInput,
): Promise<{ readonly configuration: VerificationConfiguration; readonly evidence: Evidence }> {
  assertSameBrowser(session, input.browserSecret)
  assertSessionState(session, 'started')
  const configuration = await getSessionConfiguration(services, session)
  assertFactorOffered(session, configuration, 'face')
  if (session.userId === null && !configuration.identify) throw new BillfoldError('session.no-user')
  return { configuration, evidence: selectEvidence(faces, configuration, input) }
}

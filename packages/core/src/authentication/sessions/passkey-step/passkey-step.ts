import type { VerifiedDevice } from '../../../identity/devices/device-key.ts'
import {
  deviceTrustStillValid,
  findTrustedDevice,
  type TrustedDeviceRow,
} from '../../../identity/devices/trusted-devices.ts'
import type { VerificationConfiguration } from '../../../identity/biometrics/verification-configurations.ts'
import { users } from '../../../identity/users/table.ts'
import { check } from '../../../kernel/storage/index.ts'
import { type Actor, auditWrite } from '../../../platform/audit/audit-write.ts'
import type { ProvenFactor, RefusedFactor } from '../../../platform/session-factor.ts'
import type { DecidedStep } from '../decided-step.ts'
import { completeSession } from '../end-session.ts'
import type { FaceStepResult } from '../face-step/face-step-result.ts'
import { assertFactorOffered } from '../factors.ts'
import { requirePin } from '../pin-step/require-pin.ts'
import { savePasskeyMethodsWrites } from '../session-claims.ts'
import type { SessionContext } from '../session-context.ts'
import { assertSessionState, getActiveSession, sessionUnchanged, type SessionRow } from '../session.ts'
import { assertStartedBy, getSessionConfiguration, type SessionClient } from '../start-session.ts'
import { getPasskeyFactor } from './start-passkey.ts'

/** The input of {@link decidePasskeyStep}. */
export interface PasskeyStepInput extends SessionClient {
  readonly sessionId: string
  /** An `AuthenticationResponseJSON`, not yet validated. */
  readonly response: unknown
  /** The device, if it proved possession of its key. */
  readonly device?: VerifiedDevice | undefined
}

/**
 * Verifies a passkey in a session and decides what follows: the end of the session, or the PIN. A passkey that has verified its user
 * is two factors, and so never needs the PIN; one that has not is one factor, like a face. A refused passkey leaves the session as it
 * is. Call it within `retryOnConflict`, and commit the writes: the challenge is used up with them.
 * @throws BillfoldError `session.not-found`, `session.expired`, `session.invalid-state`, `session.wrong-client`,
 *   `session.factor-not-offered`, `passkey.unavailable`, those of `authorizeAct`
 */
export async function decidePasskeyStep(
  sessionContext: SessionContext,
  actor: Actor,
  input: PasskeyStepInput,
): Promise<DecidedStep<FaceStepResult>> {
  const { services } = sessionContext
  const factor = getPasskeyFactor(services)
  const session = await getActiveSession(services, actor.tenant, input.sessionId)
  assertStartedBy(session, input)
  assertSessionState(session, 'started')
  const configuration = await getSessionConfiguration(services, session)
  assertFactorOffered(session, configuration, 'passkey')
  const { tenant, id: sessionId, userId } = session
  const client = { tenant, sessionId, callerKey: input.callerKey, userId }
  const verified = await factor.verify(services, actor, client, input.response)
  if (verified.refused !== undefined) return decideRefusal(sessionContext, actor, session, verified)
  const trusted = await findTrustedDevice(services, tenant, verified.userId, input.device)
  return decideProven(sessionContext, actor, { session, configuration, input, verified, trusted })
}

function decideRefusal(
  { services }: SessionContext,
  actor: Actor,
  session: SessionRow,
  { refused }: RefusedFactor,
): DecidedStep<FaceStepResult> {
  const now = services.now()
  const audit = auditWrite(actor, 'session.passkey-rejected', session.id, now, { reason: refused })
  const result = { session, status: 'retry', message: 'The passkey was not accepted', reasons: [refused] } as const
  return { result, writes: [sessionUnchanged(session, now), audit] }
}

/** What a decision about a proven passkey depends on. */
interface ProvenPasskey {
  readonly session: SessionRow
  readonly configuration: VerificationConfiguration
  readonly input: PasskeyStepInput
  readonly verified: ProvenFactor
  readonly trusted: TrustedDeviceRow | undefined
}

async function decideProven(
  sessionContext: SessionContext,
  actor: Actor,
  proven: ProvenPasskey,
): Promise<DecidedStep<FaceStepResult>> {
  const { services } = sessionContext
  const { session, input, verified, trusted } = proven
  const { userId, amr } = verified
  const { callerKey } = input
  const device = input.device?.thumbprint ?? null
  const preconditions = [
    ...verified.writes,
    check(users, { where: { id: userId, tenant: session.tenant, archivedAt: null } }),
    ...(trusted === undefined ? [] : [deviceTrustStillValid(trusted)]),
  ]
  const writes = await savePasskeyMethodsWrites(services, session, amr)
  if (needsPin(proven))
    return requirePin(sessionContext, actor, session, {
      userId,
      device,
      callerKey,
      action: 'session.passkey-verified',
      message: 'The passkey was accepted; enter the PIN',
      reasons: [],
      preconditions,
      writes,
      withoutPin: { message: 'A PIN is required, but the user has none', failure: 'no-pin' },
    })
  const ending = await completeSession(
    services,
    actor,
    session,
    { userId, device, callerKey },
    { isKnownDevice: trusted !== undefined },
  )
  const result = {
    session: ending.session,
    status: 'success',
    message: 'The passkey was accepted',
    reasons: [],
  } as const
  return { result, writes: [...preconditions, ...ending.writes, ...writes] }
}

/** Without user verification, whoever holds the authenticator can use it: it never stands for the PIN. */
function needsPin({ configuration: { pin }, verified, trusted }: ProvenPasskey): boolean {
  if (verified.userVerified) return false
  return pin === 'always' || (pin === 'new-device' && trusted === undefined)
}

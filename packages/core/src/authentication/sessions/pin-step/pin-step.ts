import { withAuthorizedMethod } from '../../../identity/signing-methods/authorize-method.ts'
import type { AuthorizedMethod } from '../../../identity/signing-methods/authorized-method.ts'
import { isKnownDevice } from '../../../identity/devices/trusted-devices.ts'
import { isBillfoldError } from '../../../kernel/errors.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { DecidedStep } from '../decided-step.ts'
import type { SessionContext } from '../session-context.ts'
import { countPinAttempt, refundPinAttempt } from './1-count-attempt.ts'
import { decideAuthenticated, decideWrongPin, type PinStepResult } from './2-decide.ts'
import { getSessionAwaitingPin, type PinStepInput, type SessionAwaitingPin } from './session-awaiting-pin.ts'

/** A PIN attempt that was counted and checked. `authorized` is undefined if the PIN is wrong, locked or missing. */
export interface CheckedPin extends SessionAwaitingPin {
  readonly input: PinStepInput
  readonly authorized: AuthorizedMethod | undefined
}

/**
 * Counts and checks the PIN of a session whose face was verified. The PIN is the user's PIN signing method, with its attempt counter; a
 * wrong PIN, a locked PIN and a missing PIN give the same result. The outcome is not applied yet: {@link decidePinStep} does that.
 * @param awaiting the session as read; it was checked before the PIN, so that a revoked device cannot be used to test PINs
 * @throws BillfoldError `session.no-attempts-left`, `session.invalid-state`, `session.wrong-client`, `device.invalid-proof`,
 *   `rate.limited`, `server.busy`
 */
export async function attemptPin(
  sessionContext: SessionContext,
  actor: Actor,
  awaiting: SessionAwaitingPin,
  input: PinStepInput,
): Promise<CheckedPin> {
  const { services } = sessionContext
  const session = await countPinAttempt(services, awaiting.session, input)
  try {
    const authorized = await authorizeWithPin(sessionContext, actor, input)
    return { session, trust: awaiting.trust, input, authorized }
  } catch (error) {
    // The PIN was not checked: a busy server must not use up an attempt.
    if (isBillfoldError(error, 'server.busy') || isBillfoldError(error, 'rate.limited'))
      await refundPinAttempt(services, session)
    throw error
  }
}

/**
 * Decides a PIN step: a correct PIN completes the session, trusts the device and enrols the pending face. Call it within
 * `retryOnConflict`, and commit the writes.
 * @param attemptNumber the number of the attempt: from the second, the rows that may have changed are read again
 * @throws BillfoldError those of {@link getSessionAwaitingPin}; `storage.conflict`, `user.limit-reached`, `gallery.limit-reached`
 */
export async function decidePinStep(
  sessionContext: SessionContext,
  actor: Actor,
  checked: CheckedPin,
  attemptNumber: number,
): Promise<DecidedStep<PinStepResult>> {
  const { services } = sessionContext
  const { input, authorized } = checked
  const current = attemptNumber === 1 ? checked : await getSessionAwaitingPin(sessionContext, actor, input)
  if (authorized === undefined) return decideWrongPin(services, actor, current.session)
  return decideAuthenticated(services, actor, current, input, authorized)
}

/** Returns the authorized PIN method, or undefined if the PIN is wrong, locked or missing. */
async function authorizeWithPin(
  { services }: SessionContext,
  actor: Actor,
  { userId, pin, device }: PinStepInput,
): Promise<AuthorizedMethod | undefined> {
  try {
    const failureCodes = { wrong: 'pincode.incorrect', locked: 'pincode.incorrect' } as const
    // Somebody with a picture of the user may come as far as this. They cannot lock the PIN for the user's own devices.
    const isKnownCaller = () => isKnownDevice(services, actor.tenant, userId, device?.thumbprint)
    const presented = { method: { type: 'PIN' }, value: pin, codes: failureCodes, isKnownCaller } as const
    return await withAuthorizedMethod(services, actor, userId, presented, (method) => Promise.resolve(method))
  } catch (error) {
    if (isBillfoldError(error, 'pincode.incorrect')) return undefined
    throw error
  }
}

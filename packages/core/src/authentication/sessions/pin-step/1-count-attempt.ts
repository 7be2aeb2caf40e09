import type { IdentityServices } from '../../../identity/services.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { batch, retryOnConflict, update } from '../../../kernel/storage/index.ts'
import { getActiveSession, type SessionRow } from '../session.ts'
import { authenticationSessions } from '../tables.ts'
import { assertAwaitsPin, type PinStepInput } from './session-awaiting-pin.ts'

/** The maximum number of PIN attempts in a session, independent of the user's attempt counter. */
export const maxPinAttempts = 5

/**
 * Stage 1: counts a PIN attempt against the session before the PIN is checked, so that concurrent attempts cannot exceed the limit.
 * @param loaded the session as read
 * @returns the session as it is after the attempt was counted
 * @throws BillfoldError `session.no-attempts-left`, `session.expired`, `session.invalid-state`, `session.wrong-client`,
 *   `device.invalid-proof`
 */
export function countPinAttempt(
  services: IdentityServices,
  loaded: SessionRow,
  input: PinStepInput,
): Promise<SessionRow> {
  return retryOnConflict(async (attemptNumber) => {
    const session = attemptNumber === 1 ? loaded : await getActiveSession(services, loaded.tenant, loaded.id)
    assertAwaitsPin(session, input)
    const { id, version, pinAttempts } = session
    if (pinAttempts >= maxPinAttempts) throw new BillfoldError('session.no-attempts-left')
    // The row must be unchanged, so that it is known after the commit without another read.
    const where = { id, state: 'face_verified', version, pinAttempts }
    await services.storage.commit(batch(update(authenticationSessions, { where, add: { pinAttempts: 1 } })))
    return { ...session, pinAttempts: pinAttempts + 1 }
  })
}

/** Refunds an attempt of which the PIN was not checked. */
export async function refundPinAttempt(services: IdentityServices, { id, tenant }: SessionRow): Promise<void> {
  const where = { id, tenant, state: 'face_verified', pinAttempts: { gt: 0 } }
  await services.storage.commit(
    batch(update(authenticationSessions, { where, add: { pinAttempts: -1 }, expectedRows: 'any' })),
  )
}

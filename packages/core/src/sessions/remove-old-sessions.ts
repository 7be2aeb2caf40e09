import { batch, remove, type Storage } from '../storage/index.ts'
import { authenticationSessions, sessionValues } from './tables.ts'

/** How long an expired session can still be told from one that never was: a day. */
const keptMs = 24 * 60 * 60 * 1000

/** Removes what sessions kept, once they have expired, and a day later the sessions. */
export async function removeOldSessions(storage: Storage, now: number): Promise<void> {
  await storage.commit(
    batch(
      remove(sessionValues, { where: { expiresAt: { lte: now } }, hits: 'any' }),
      remove(authenticationSessions, { where: { expiresAt: { lte: now - keptMs } }, hits: 'any' }),
    ),
  )
}

import type { Actor } from '../audit/record.ts'
import { boundedTurns } from '../crypto/turns.ts'
import type { Services } from '../services.ts'
import { keystoreLimits } from './keystores/limits.ts'

/** One semaphore per process, because it bounds the memory and CPU of the process. */
const runInSlot = boundedTurns(keystoreLimits.turns)

/**
 * Runs a keystore encryption or decryption in a slot of the password hasher, one keystore at a time. The other slots remain
 * available for PINs, which take a tenth of the time.
 * @throws BillfoldError `server.busy` with `retryAfterSeconds` if the queue is full
 */
export function keystoreTurn<T>(services: Services, actor: Actor, job: () => Promise<T>): Promise<T> {
  return runInSlot(actor.source, () => services.slowHash.turn(actor.source, job))
}

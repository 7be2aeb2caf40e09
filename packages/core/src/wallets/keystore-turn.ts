import type { Actor } from '../audit/record.ts'
import { boundedTurns } from '../crypto/turns.ts'
import type { Services } from '../services.ts'
import { keystoreLimits } from './keystores/limits.ts'

/** One line for the whole process: it is its memory and its processors that are bounded. */
const takeTurn = boundedTurns(keystoreLimits.turns)

/**
 * Runs what opens or makes a keystore in a turn of the slow hash, and one keystore at a time, so that the rest of the slow
 * hash's turns stay for PINs, which take a tenth of the time.
 * @throws BillfoldError `server.busy` with `retryAfterSeconds`
 */
export function keystoreTurn<T>(services: Services, actor: Actor, job: () => Promise<T>): Promise<T> {
  return takeTurn(actor.source, () => services.slowHash.turn(actor.source, job))
}

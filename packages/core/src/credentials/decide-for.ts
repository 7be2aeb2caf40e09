import type { Services } from '../services.ts'
import { decide } from '../storage/index.ts'

/**
 * Decides something about an owner, as {@link decide} does, and one thing after the other in this process.
 * @throws BillfoldError `storage.refused`, `server.busy`, and those of the decision
 */
export function decideFor<T>(services: Services, ownerId: string, readDecideCommit: () => Promise<T>): Promise<T> {
  return services.ownerTurns(ownerId, () => decide(readDecideCommit))
}

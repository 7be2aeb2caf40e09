import type { Services } from '../../platform/services.ts'
import { retryOnConflict } from '../../kernel/storage/index.ts'

/**
 * Runs a read-decide-commit operation on an owner with optimistic retries, while holding the owner's mutex. The mutex avoids
 * conflicts within this process; conflicts with other processes are retried.
 * @throws BillfoldError `storage.conflict`, `server.busy`, and the errors of the operation
 */
export function withOwnerLock<T>(services: Services, ownerId: string, operation: () => Promise<T>): Promise<T> {
  return services.ownerMutex(ownerId, () => retryOnConflict(operation))
}

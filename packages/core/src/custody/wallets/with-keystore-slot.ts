import type { CustodyServices } from '../services.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { createSemaphore } from '../../kernel/concurrency/semaphore.ts'
import { keystoreLimits } from './keystores/limits.ts'

/** One semaphore per process, because it bounds the memory and CPU of the process. */
const runInSlot = createSemaphore(keystoreLimits.semaphore)

/**
 * Runs a keystore encryption or decryption in a slot of the password hasher, one keystore at a time. The other slots remain
 * available for PINs, which take a tenth of the time.
 * @throws BillfoldError `server.busy` with `retryAfterSeconds` if the queue is full
 */
export function withKeystoreSlot<T>(services: CustodyServices, actor: Actor, job: () => Promise<T>): Promise<T> {
  return runInSlot(actor, () => services.passwordHasher.withSlot(actor, job))
}

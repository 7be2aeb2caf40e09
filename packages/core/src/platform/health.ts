import type { Logger } from '../kernel/logger.ts'
import { appliedBatches, type Batch, type Storage } from '../kernel/storage/index.ts'

/** The result of a readiness check. */
export interface Health {
  readonly status: 'ok' | 'unavailable'
  /** The dependencies that do not respond. `storage-writes`: the storage can be read, and takes no writes. */
  readonly failing: readonly ('storage' | 'storage-writes')[]
}

/** The part of the services that the check uses. */
export interface HealthServices {
  readonly storage: Storage
  readonly logger: Logger
}

/** The timeout of the storage, in milliseconds. */
const timeoutMs = 5000

/** The storage records the id of this batch once, and answers from then on that it is applied, so that nothing accumulates. */
const writeProbe: Batch = { id: '00000000-0000-7000-8000-000000000000', writes: [] }

/** Checks whether the storage can be read, for a route that anybody may call. Never rejects. */
export function checkReads(services: HealthServices): Promise<Health> {
  return check(services, 'storage', 'storage unavailable', () => services.storage.find(appliedBatches, { limit: 1 }))
}

/** Checks readiness by reading one row from the storage and committing a batch without writes. Never rejects. */
export async function checkHealth(services: HealthServices): Promise<Health> {
  const reads = await checkReads(services)
  if (reads.status !== 'ok') return reads
  return check(services, 'storage-writes', 'storage takes no writes', () => services.storage.commit(writeProbe))
}

async function check(
  { logger }: HealthServices,
  dependency: Health['failing'][number],
  failure: string,
  call: () => Promise<unknown>,
): Promise<Health> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('storage timed out')), timeoutMs)
  })
  try {
    await Promise.race([call(), timeout])
    return { status: 'ok', failing: [] }
  } catch (cause) {
    logger.error({ cause }, failure)
    return { status: 'unavailable', failing: [dependency] }
  } finally {
    clearTimeout(timer)
  }
}

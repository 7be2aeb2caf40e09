import type { Services } from './services.ts'
import { appliedBatches } from '../kernel/storage/index.ts'

/** The result of a readiness check. */
export interface Health {
  readonly status: 'ok' | 'unavailable'
  /** The dependencies that do not respond. */
  readonly failing: readonly 'storage'[]
}

/** The timeout of the storage, in milliseconds. */
const timeoutMs = 5000

/** Checks readiness by reading one row from the storage. Never rejects. */
export async function checkHealth(services: Services): Promise<Health> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('storage timed out')), timeoutMs)
  })
  try {
    await Promise.race([services.storage.find(appliedBatches, { limit: 1 }), timeout])
    return { status: 'ok', failing: [] }
  } catch (cause) {
    services.logger.error({ cause }, 'storage unavailable')
    return { status: 'unavailable', failing: ['storage'] }
  } finally {
    clearTimeout(timer)
  }
}

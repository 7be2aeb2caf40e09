import type { Services } from '../services.ts'
import { batches } from '../storage/index.ts'

/** What a readiness probe wants to know. */
export interface Health {
  readonly status: 'ok' | 'unavailable'
  /** What does not answer. */
  readonly failing: readonly 'storage'[]
}

/** How long the storage has to answer, in milliseconds. */
const patience = 5000

/** Asks the storage for one row. */
export async function health(services: Services): Promise<Health> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the storage did not answer in time')), patience)
  })
  try {
    await Promise.race([services.storage.find(batches, { limit: 1 }), tooLate])
    return { status: 'ok', failing: [] }
  } catch (cause) {
    services.logger.error({ cause }, 'the storage does not answer')
    return { status: 'unavailable', failing: ['storage'] }
  } finally {
    clearTimeout(timer)
  }
}

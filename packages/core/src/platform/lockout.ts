import type { Write } from '../kernel/storage/index.ts'
import type { UserKey } from './personal-data.ts'
import type { Services } from './services.ts'

/** The counters of failed attempts of one module, by which it locks credentials of a user. */
export interface Lockout {
  /** Name for readers: `payments`. */
  readonly name: string
  /**
   * Returns the writes that reset the counters and end the locks of an owner: a user, or a standalone wallet under its id.
   * They must succeed for an owner without counters.
   */
  readonly unlock: (services: Services, owner: UserKey) => Promise<readonly Write[]>
}

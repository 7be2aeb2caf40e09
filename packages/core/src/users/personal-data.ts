import type { Services } from '../services.ts'
import type { Write } from '../storage/index.ts'

/** Which user. */
export interface UserKey {
  readonly tenant: string
  readonly userId: string
}

/** How the data of a person is forgotten. */
export interface Erasure {
  /** For the one commit that erases the user. */
  readonly writes: readonly Write[]
  /** What follows the commit, and is made good by `maintain()` if it fails. */
  readonly afterwards?: () => Promise<void>
}

/** What one capability knows of a person. */
export interface PersonalData {
  /** Its field in an export: `onboarding`. */
  readonly name: string
  /** All of it, as JSON can hold it; undefined where it knows nothing. */
  readonly collect: (services: Services, user: UserKey) => Promise<unknown>
  readonly erase: (services: Services, user: UserKey) => Promise<Erasure>
}

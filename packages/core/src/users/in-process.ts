import type { Actor } from '../audit/record.ts'
import type { Services } from '../services.ts'
import { eraseUser } from './erase.ts'
import { exportUser, type UserExport } from './export.ts'
import type { PersonalData } from './personal-data.ts'

/** People, in-process: what is known of them, and how it is forgotten. */
export interface InProcessUsers {
  /** Everything that is known of a person, as JSON can hold it; files by their ids. @throws BillfoldError `user.unknown` */
  readonly export: (userId: string, tenant?: string) => Promise<UserExport>
  /**
   * Forgets a person: identifiers, what they said, applications, files. The audit trail keeps the id, and what was done to it.
   * @throws BillfoldError `user.unknown`
   */
  readonly erase: (userId: string, tenant?: string) => Promise<void>
}

/** The functions; `known` is what each capability knows of people. */
export function inProcessUsers(
  services: Services,
  known: readonly PersonalData[],
  host: (tenant?: string) => Actor,
): InProcessUsers {
  return {
    export: (userId, of) => exportUser(services, known, { tenant: host(of).tenant, userId }),
    erase: (userId, of) => eraseUser(services, known, host(of), userId),
  }
}

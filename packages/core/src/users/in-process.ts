import type { Actor } from '../audit/record.ts'
import type { Services } from '../services.ts'
import { eraseUser } from './erase.ts'
import { exportUser, type UserExport } from './export.ts'
import { findByIdentifier, type Identifier } from './identifiers.ts'
import type { PersonalData } from './personal-data.ts'

/** Whose an identifier is. */
export interface FoundUser {
  readonly id: string
  /** How it was shown to be theirs; null where nobody has checked, and then it says nothing about who somebody is. */
  readonly verifiedBy: string | null
}

/** People, in-process: how they are found, what is known of them, and how it is forgotten. */
export interface InProcessUsers {
  /**
   * Whose an email, a phone, a username, a DID or a public key is in a tenant, however it is written; undefined where it is
   * nobody's, as what cannot be one of its kind is.
   */
  readonly find: (identifier: Identifier, tenant?: string) => Promise<FoundUser | undefined>
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
    find: async (identifier, of) => {
      const row = await findByIdentifier(services, host(of).tenant, identifier)
      return row === undefined ? undefined : { id: row.userId, verifiedBy: row.verifiedBy }
    },
    export: (userId, of) => exportUser(services, known, { tenant: host(of).tenant, userId }),
    erase: (userId, of) => eraseUser(services, known, host(of), userId),
  }
}

import type { Actor } from '../../platform/audit/audit-write.ts'
import type { Services } from '../../platform/services.ts'
import { eraseUser } from './erase.ts'
import { exportUser, type UserExport } from './export.ts'
import { type ControlsDid, isStillControlled } from './did-control.ts'
import { findByIdentifier, type Identifier } from './identifiers.ts'
import type { PersonalData } from '../../platform/personal-data.ts'

/** The user that an identifier belongs to. */
export interface FoundUser {
  readonly id: string
  /** How the identifier was verified. Null means an unverified claim, which must not be used to authenticate the user. */
  readonly verifiedBy: string | null
}

/**
 * Functions for the host to find users and to export and erase their personal data.
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 *
 * const billfold = createBillfold({ storage: memoryStorage(), keyring: environmentKeyring() })
 * const user = await billfold.users.find({ kind: 'email', value: 'ada@example.org' })
 * if (user !== undefined) await billfold.users.erase(user.id)
 * ```
 */
export interface UsersApi {
  /**
   * Finds the user with an email, phone number, username, DID or public key. The spelling does not matter. Resolves to
   * undefined if no user has the identifier or if it is malformed. `verifiedBy` of a DID is null once the user does not
   * control it any more.
   * @param tenant the tenant to search; the host's default tenant if omitted
   */
  readonly find: (identifier: Identifier, tenant?: string) => Promise<FoundUser | undefined>
  /**
   * Exports the personal data of a user as a JSON-compatible object (GDPR article 15). Files are listed by id.
   * @throws BillfoldError `user.not-found`
   */
  readonly export: (userId: string, tenant?: string) => Promise<UserExport>
  /**
   * Erases the personal data of a user: identifiers, attributes, applications, files, faces and devices (GDPR article
   * 17). The audit log retains the user id and the actions on it.
   * @throws BillfoldError `user.not-found`; `verifier.unavailable` if a face in a vendor's store cannot be removed
   */
  readonly erase: (userId: string, tenant?: string) => Promise<void>
}

/**
 * Creates the users API.
 * @param sources the personal data of each module
 * @param host returns the actor for calls of the host in a tenant
 * @param controlsDid looks up who controls a DID; by default nobody does
 */
export function createUsersApi(
  services: Services,
  sources: readonly PersonalData[],
  host: (tenant?: string) => Actor,
  controlsDid: ControlsDid = () => Promise.resolve(false),
): UsersApi {
  return {
    find: async (identifier, tenant) => {
      const row = await findByIdentifier(services, host(tenant).tenant, identifier)
      if (row === undefined) return undefined
      const isLost = identifier.kind === 'did' && !(await isStillControlled(controlsDid, row, identifier.value))
      return { id: row.userId, verifiedBy: isLost ? null : row.verifiedBy }
    },
    export: (userId, tenant) => exportUser(services, sources, { tenant: host(tenant).tenant, userId }),
    erase: (userId, tenant) => eraseUser(services, sources, host(tenant), userId),
  }
}

import { type ActedBy, actedBy, type Actor } from '../../platform/audit/audit-write.ts'
import type { Services } from '../../platform/services.ts'
import { eraseUser, type ErasureProgress } from './erase.ts'
import { exportUser, type UserExport } from './export.ts'
import type { Lockout } from '../../platform/lockout.ts'
import { type Contact, contactVerified } from './contacts/contact-verified.ts'
import { type ControlsDid, isStillControlled } from './did-control.ts'
import { findByIdentifier, type Identifier, listClaimants } from './identifiers.ts'
import { type ListedMethod, type ListedUser, listUserMethods, listUsers, type UserPage } from './list-users.ts'
import { unlockOwner } from './unlock.ts'
import { viewUser } from './view.ts'
import type { PersonalData } from '../../platform/personal-data.ts'

/** The user that an identifier belongs to. */
export interface FoundUser {
  readonly id: string
  /** How the identifier was verified. Null means an unverified claim, which must not be used to authenticate the user. */
  readonly verifiedBy: string | null
}

/**
 * Functions for the host to find and unlock users, and to export and erase their personal data.
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
   * undefined if no user has the identifier or if it is malformed. An email or a phone number that its user has not
   * verified finds nobody: anybody can claim it. `verifiedBy` of a DID is null once the user does not control it any more.
   * @param tenant the tenant to search; the host's default tenant if omitted
   */
  readonly find: (identifier: Identifier, tenant?: string) => Promise<FoundUser | undefined>
  /** Lists the users of a tenant, newest first, at most 200. Archived and erased users are listed too. */
  readonly list: (page?: UserPage, tenant?: string) => Promise<readonly ListedUser[]>
  /**
   * Lists the signing methods of a user with their failed attempts and locks, without anything that opens them.
   * @throws BillfoldError `user.not-found` for an unknown or archived user
   */
  readonly methods: (userId: string, tenant?: string) => Promise<readonly ListedMethod[]>
  /**
   * Lists the ids of the users who claim an email or a phone number that they have not verified, oldest claim first, at
   * most 100. Anybody can claim one: ask for more before you disclose or erase the data of such a user.
   */
  readonly listClaimants: (contact: Contact, tenant?: string) => Promise<readonly string[]>
  /**
   * Records that you have verified that an email or a phone number belongs to a user. From then on it is theirs alone in
   * the tenant, and payments can be sent to it. It replaces the user's previous email, or phone number. Idempotent.
   * @throws BillfoldError `user.not-found`, `input.invalid`; `contact.taken` if it belongs to another user
   * @example
   * ```ts
   * import type { Billfold } from '@billfold/core'
   *
   * async function onEmailConfirmed(billfold: Billfold, userId: string, email: string) {
   *   await billfold.users.contactVerified(userId, { kind: 'email', value: email })
   * }
   * ```
   */
  readonly contactVerified: (userId: string, contact: Contact, tenant?: string) => Promise<void>
  /**
   * Exports the personal data of a user as a JSON-compatible object (GDPR article 15). Files are listed by id.
   * @throws BillfoldError `user.not-found`
   */
  readonly export: (userId: string, tenant?: string) => Promise<UserExport>
  /**
   * Exports the personal data of a user to a person who looks at it, such as an administrator. The audit log records `user.viewed` with
   * `by` as the actor, the user as the subject, and the kinds of data: `identifiers`, and the names of the modules that have some. Nothing
   * is returned if the record cannot be written.
   * @throws BillfoldError `user.not-found`
   * @example
   * ```ts
   * import type { Billfold } from '@billfold/core'
   *
   * async function showToSupport(billfold: Billfold, userId: string, account: string) {
   *   const { identifiers } = await billfold.users.view(userId, undefined, { by: `support:${account}` })
   *   return identifiers.map(({ kind, value }) => `${kind}: ${value}`)
   * }
   * ```
   */
  readonly view: (userId: string, tenant?: string, options?: ActedBy) => Promise<UserExport>
  /**
   * Erases the personal data of a user: identifiers, attributes, applications, files, faces and devices (GDPR article
   * 17). The audit log retains the user id and the actions on it.
   * @throws BillfoldError `user.not-found`; `verifier.unavailable` if a face in a vendor's store cannot be removed
   */
  readonly erase: (
    userId: string,
    tenant?: string,
    options?: ActedBy & { readonly onProgress?: (progress: ErasureProgress) => void },
  ) => Promise<void>
  /**
   * Resets the failed attempts of a user, and unlocks password, PINs and signing methods. The values and the known devices stay
   * as they are. Verify first that the person who asks for it is the user: an attacker who can have an account unlocked can
   * guess on. The user gets the message `security.unlocked`.
   * @param userId the id of a user, or of a wallet that has its own PIN instead of a user
   * @throws BillfoldError `user.not-found` for an unknown, archived or erased user
   */
  readonly unlock: (userId: string, tenant?: string, options?: ActedBy) => Promise<void>
}

/** Maximum number of users that `listClaimants` returns. */
const maxListedClaimants = 100

/**
 * Creates the users API.
 * @param sources the personal data of each module
 * @param host returns the actor for calls of the host in a tenant
 * @param lockouts the counters of failed attempts of each module
 * @param controlsDid looks up who controls a DID; by default nobody does
 */
export function createUsersApi(
  services: Services,
  sources: readonly PersonalData[],
  host: (tenant?: string) => Actor,
  lockouts: readonly Lockout[] = [],
  controlsDid: ControlsDid = () => Promise.resolve(false),
): UsersApi {
  return {
    find: async (identifier, tenant) => {
      const row = await findByIdentifier(services, host(tenant).tenant, identifier)
      if (row === undefined) return undefined
      const isLost = identifier.kind === 'did' && !(await isStillControlled(controlsDid, row, identifier.value))
      return { id: row.userId, verifiedBy: isLost ? null : row.verifiedBy }
    },
    listClaimants: (contact, tenant) => listClaimants(services, host(tenant).tenant, contact, maxListedClaimants),
    contactVerified: (userId, contact, tenant) => contactVerified(services, host(tenant), userId, contact, 'host'),
    export: (userId, tenant) => exportUser(services, sources, { tenant: host(tenant).tenant, userId }),
    view: (userId, tenant, options = {}) => viewUser(services, sources, actedBy(host(tenant), options), userId),
    list: (page, tenant) => listUsers(services, host(tenant).tenant, page),
    methods: (userId, tenant) => listUserMethods(services, host(tenant).tenant, userId),
    erase: (userId, tenant, options = {}) =>
      eraseUser(services, sources, actedBy(host(tenant), options), userId, options.onProgress),
    unlock: (userId, tenant, options = {}) => unlockOwner(services, lockouts, actedBy(host(tenant), options), userId),
  }
}

import type { IdentityServices } from '../../identity/services.ts'
import { findByIdentifier, listIdentifiers, openIdentifier } from '../../identity/users/identifiers.ts'
import { users } from '../../identity/users/table.ts'

/** Returns the verified DID of a user, the oldest if there are several. A user without one is known by the user id. */
export async function getUserDid(services: IdentityServices, tenant: string, userId: string): Promise<string> {
  const rows = await listIdentifiers(services, userId)
  const [row] = rows
    .filter((found) => found.kind === 'did' && found.verifiedBy !== null && found.tenant === tenant)
    .sort((one, other) => (one.id < other.id ? -1 : 1))
  return row === undefined ? userId : openIdentifier(services, row)
}

/** Finds a user by a verified DID, or by the user id, which stands for the DID of a user without one. */
export async function findUserByDidOrId(
  services: IdentityServices,
  tenant: string,
  did: string,
): Promise<string | undefined> {
  if (did.startsWith('did:')) {
    const row = await findByIdentifier(services, tenant, { kind: 'did', value: did })
    return row === undefined || row.verifiedBy === null ? undefined : row.userId
  }
  const [user] = await services.storage.find(users, { where: { id: did, tenant, archivedAt: null }, limit: 1 })
  return user?.id
}

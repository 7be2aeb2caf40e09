import type { IdentityServices } from '../../identity/services.ts'
import { type ControlsDid, findControlledDid, isStillControlled } from '../../identity/users/did-control.ts'
import { listIdentifiers, openIdentifier } from '../../identity/users/identifiers.ts'
import { users } from '../../identity/users/table.ts'

interface DidContext {
  readonly services: IdentityServices
  readonly controlsDid: ControlsDid
}

/**
 * Returns the verified DID of a user that the user still controls, the oldest if there are several. A user without one is known by the user id.
 */
export async function getUserDid(
  { services, controlsDid }: DidContext,
  tenant: string,
  userId: string,
): Promise<string> {
  const rows = await listIdentifiers(services, userId)
  const verified = rows
    .filter((found) => found.kind === 'did' && found.verifiedBy !== null && found.tenant === tenant)
    .sort((one, other) => (one.id < other.id ? -1 : 1))
  for (const row of verified) {
    const did = await openIdentifier(services, row)
    if (await isStillControlled(controlsDid, row, did)) return did
  }
  return userId
}

/** Finds a user by a verified DID that the user still controls, or by the user id, which stands for the DID of a user without one. */
export async function findUserByDidOrId(
  { services, controlsDid }: DidContext,
  tenant: string,
  did: string,
): Promise<string | undefined> {
  if (did.startsWith('did:')) {
    const row = await findControlledDid(services, controlsDid, tenant, did)
    return row?.userId
  }
  const [user] = await services.storage.find(users, { where: { id: did, tenant, archivedAt: null }, limit: 1 })
  return user?.id
}

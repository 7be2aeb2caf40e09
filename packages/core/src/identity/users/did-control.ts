import type { UserKey } from '../../platform/personal-data.ts'
import type { Services } from '../../platform/services.ts'
import { findByIdentifier, type IdentifierRow } from './identifiers.ts'
import { normalizeDid } from './normalize-identifier.ts'

/**
 * Returns true while a key of the user is an authentication key of the DID. Control of a DID can be transferred at any time, so it is
 * looked up whenever it is relied on.
 */
export type ControlsDid = (user: UserKey, did: string) => Promise<boolean>

/**
 * Finds the row of a DID that identifies its user: verified by the host, or by a signature of a key that still controls the DID.
 * @throws BillfoldError `transaction.chain-unavailable` if the registry of the DID cannot be reached
 */
export async function findControlledDid(
  services: Services,
  controlsDid: ControlsDid,
  tenant: string,
  did: string,
): Promise<IdentifierRow | undefined> {
  const row = await findByIdentifier(services, tenant, { kind: 'did', value: did })
  return row !== undefined && (await isStillControlled(controlsDid, row, did)) ? row : undefined
}

/** Returns true if the row of a DID still identifies its user, see {@link findControlledDid}. */
export async function isStillControlled(
  controlsDid: ControlsDid,
  { tenant, userId, verifiedBy }: Pick<IdentifierRow, 'tenant' | 'userId' | 'verifiedBy'>,
  did: string,
): Promise<boolean> {
  if (verifiedBy === null) return false
  return verifiedBy !== 'signature' || controlsDid({ tenant, userId }, normalizeDid(did))
}

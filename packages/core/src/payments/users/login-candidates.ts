import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { findByIdentifier, listClaimants } from '../../identity/users/identifiers.ts'
import { computeDeviceIndex, type LoginDevice } from '../credentials/api-keys.ts'
import { paymentApiKeys } from '../tables.ts'

/** Maximum number of users who claim an email and whose passwords a login compares. */
const maxClaimants = 5

/** Maximum number of claims that are searched for users of the device. */
const maxClaims = 100

/**
 * Lists the users whom a login can mean. A verified email and a username belong to one user. Several users may claim an
 * email that none of them has verified: their passwords tell them apart. Those who have logged in on this device come
 * first, then the oldest claims, so that later claims never displace a user from a device.
 */
export async function listLoginCandidates(
  services: Services,
  tenant: string,
  { email, ...device }: LoginDevice & { readonly email: string },
): Promise<readonly string[]> {
  // A username contains no @, and an email does.
  const kind = email.includes('@') ? 'email' : 'username'
  // The same reads for an email of nobody, of one user and of several, to equalize timing.
  const [owner, claimants, deviceIndex] = await Promise.all([
    findByIdentifier(services, tenant, { kind, value: email }),
    listClaimants(services, tenant, { kind, value: email }, maxClaims),
    computeDeviceIndex(services, tenant, device),
  ])
  const userIds = claimants.length === 0 ? [newId()] : [...claimants]
  const keys = await services.storage.find(paymentApiKeys, { where: { userId: { in: userIds }, deviceIndex } })
  if (owner !== undefined) return [owner.userId]
  const isOnDevice = (userId: string): boolean => keys.some((key) => key.userId === userId)
  const ordered = [...claimants.filter(isOnDevice), ...claimants.filter((userId) => !isOnDevice(userId))]
  return ordered.slice(0, maxClaimants)
}

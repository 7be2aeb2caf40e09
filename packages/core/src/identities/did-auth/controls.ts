import { parseDid } from '../../dids/did.ts'
import { registryFor } from '../../dids/registry.ts'
import { BillfoldError } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { IdentitySettings } from '../settings.ts'
import type { DidAuthority } from './verify.ts'

/**
 * Checks that an authenticated DID controls another: they are the same, its key owns the other, or it is an admin DID.
 *
 * @throws BillfoldError `did-auth.forbidden`, `did.invalid`, `did.unknown-network`
 */
export async function assertControls(
  services: Services,
  settings: IdentitySettings,
  tenant: string,
  controller: DidAuthority,
  did: string,
): Promise<void> {
  const { role, address } = controller
  if (controller.did === did) return
  if (role === 'owner') {
    if (settings.adminDids.has(controller.did)) return
    const parsed = parseDid(did)
    const owner = await registryFor(settings.registries, parsed).identityOwner(services, tenant, parsed.address)
    if (owner === address) return
  }
  throw new BillfoldError('did-auth.forbidden')
}

import { parseDid } from '../../dids/did.ts'
import { registryFor } from '../../dids/registry-for.ts'
import { BillfoldError } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { IdentitySettings } from '../settings.ts'
import type { DidAuthority } from './verify.ts'

/**
 * Holds that who sent a request controls a DID: it is their own, or their key owns it, or the host has made them an admin.
 * @throws BillfoldError `did-auth.forbidden`, `did.invalid`, `did.unknown-network`
 */
export async function assertControls(
  services: Services,
  settings: IdentitySettings,
  tenant: string,
  authority: DidAuthority,
  did: string,
): Promise<void> {
  const { role, address } = authority
  if (authority.did === did) return
  if (role === 'owner') {
    if (settings.adminDids.has(authority.did)) return
    const parsed = parseDid(did)
    const owner = await registryFor(settings.registries, parsed).identityOwner(services, tenant, parsed.address)
    if (owner === address) return
  }
  throw new BillfoldError('did-auth.forbidden')
}

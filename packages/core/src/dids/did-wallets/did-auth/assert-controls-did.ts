import type { CustodyServices } from '../../../custody/services.ts'
import { parseDid, toCanonicalDid } from '../../registries/did.ts'
import { selectRegistry } from '../../registries/registry.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { DidWalletSettings } from '../settings.ts'
import type { AuthenticatedDid } from './verify.ts'

/**
 * Checks that an authenticated DID controls another: they are the same, its key owns the other, or it is an admin DID.
 *
 * @throws BillfoldError `did-auth.forbidden`, `did.invalid`, `did.unknown-network`
 */
export async function assertControlsDid(
  services: CustodyServices,
  settings: DidWalletSettings,
  tenant: string,
  controller: AuthenticatedDid,
  did: string,
): Promise<void> {
  const { role, address } = controller
  if (controller.did === toCanonicalDid(did)) return
  if (role === 'owner') {
    if (settings.adminDids.has(controller.did)) return
    const parsed = parseDid(did)
    const owner = await selectRegistry(settings.registries, parsed).identityOwner(services, tenant, parsed.address)
    if (owner === address) return
  }
  throw new BillfoldError('did-auth.forbidden')
}

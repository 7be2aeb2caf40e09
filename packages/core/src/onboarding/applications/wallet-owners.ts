import { listIdentifiers, openIdentifier } from '../../identity/users/identifiers.ts'
import type { UserKey } from '../../platform/personal-data.ts'
import type { Services } from '../../platform/services.ts'
import { computeWalletId } from '../wallet-login/index.ts'

/** Lists the owners under which the wallets of a user have submitted files, applications and presentations. */
export async function listWalletOwners(services: Services, { tenant, userId }: UserKey): Promise<readonly string[]> {
  const keys = (await listIdentifiers(services, userId)).filter(
    ({ kind }) => kind === 'public-key' || kind === 'account',
  )
  return Promise.all(keys.map(async (row) => computeWalletId(services, tenant, await openIdentifier(services, row))))
}

import type { Actor } from '../../platform/audit/audit-write.ts'
import type { Services } from '../../platform/services.ts'
import { findByIdentifier, type IdentifierRow } from '../../identity/users/identifiers.ts'
import { type ExternalWallet, toWalletIdentifier } from '../wallet-login/index.ts'

/** The calling wallet. Its id, a blind index of its public key or account, is the `owner` of its files and applications. */
export interface WalletActor extends Actor {
  readonly wallet: ExternalWallet
}

type TenantWallet = Pick<WalletActor, 'tenant' | 'wallet'>

/** Finds the id of the user that a wallet belongs to. */
export async function findWalletUserId(services: Services, actor: TenantWallet): Promise<string | undefined> {
  return (await findWalletKeyIdentifier(services, actor))?.userId
}

/** Finds the identifier row that links a wallet's public key or account to a user. The row is deleted when the user is erased. */
export function findWalletKeyIdentifier(
  services: Services,
  { tenant, wallet }: TenantWallet,
): Promise<IdentifierRow | undefined> {
  return findByIdentifier(services, tenant, toWalletIdentifier(wallet))
}

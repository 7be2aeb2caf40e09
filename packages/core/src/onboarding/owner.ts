import type { Actor } from '../audit/record.ts'
import type { Services } from '../services.ts'
import { findByIdentifier, type IdentifierRow } from '../users/identifiers.ts'
import type { Wallet } from '../wallet-login/index.ts'

/** The calling wallet. Its id, a blind index of its public key, is the `owner` of its files and applications. */
export interface WalletActor extends Actor {
  readonly wallet: Wallet
}

type TenantWallet = Pick<WalletActor, 'tenant' | 'wallet'>

/** Finds the id of the user that a wallet belongs to. */
export async function userOfWallet(services: Services, actor: TenantWallet): Promise<string | undefined> {
  return (await keyOfUser(services, actor))?.userId
}

/** Finds the identifier row that links a wallet's public key to a user. The row is deleted when the user is erased. */
export function keyOfUser(services: Services, { tenant, wallet }: TenantWallet): Promise<IdentifierRow | undefined> {
  return findByIdentifier(services, tenant, { kind: 'public-key', value: wallet.publicKey })
}

import type { Actor } from '../audit/record.ts'
import type { Services } from '../services.ts'
import { findByIdentifier } from '../users/identifiers.ts'
import type { Wallet } from '../wallet-login/index.ts'

/** The wallet that acts; its id, a keyed hash of its public key, is what it owns things by. */
export interface WalletActor extends Actor {
  readonly wallet: Wallet
}

/** The user whom a wallet belongs to, or undefined where it has none. */
export async function userOfWallet(
  services: Services,
  { tenant, wallet }: Pick<WalletActor, 'tenant' | 'wallet'>,
): Promise<string | undefined> {
  return (await findByIdentifier(services, tenant, { kind: 'public-key', value: wallet.publicKey }))?.userId
}

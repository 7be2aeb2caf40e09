import type { Actor } from '../audit/record.ts'
import type { Services } from '../services.ts'
import { findByIdentifier, type IdentifierRow } from '../users/identifiers.ts'
import type { Wallet } from '../wallet-login/index.ts'

/** The wallet that acts; its id, a keyed hash of its public key, is what it owns things by. */
export interface WalletActor extends Actor {
  readonly wallet: Wallet
}

type KeyHolder = Pick<WalletActor, 'tenant' | 'wallet'>

/** The user whom a wallet belongs to, or undefined where it has none. */
export async function userOfWallet(services: Services, actor: KeyHolder): Promise<string | undefined> {
  return (await keyOfUser(services, actor))?.userId
}

/** The row by which a wallet's key is a user's, or undefined where it is nobody's. It is gone once the user is erased. */
export function keyOfUser(services: Services, { tenant, wallet }: KeyHolder): Promise<IdentifierRow | undefined> {
  return findByIdentifier(services, tenant, { kind: 'public-key', value: wallet.publicKey })
}

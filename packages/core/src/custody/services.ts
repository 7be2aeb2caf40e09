import type { Storage } from '../kernel/storage/index.ts'
import type { IdentityServices } from '../identity/services.ts'
import type { TransferSource } from './incoming-transfers/transfer-source.ts'
import type { ChainConnections } from './chain-clients/index.ts'
import type { SmartAccountSettings } from './smart-accounts/smart-account-options.ts'
import type { DelegationOptions } from './transactions/formats/evm/delegation-rules.ts'
import type { TransactionRetention } from './transactions/retention/retention-rules.ts'

/** Dependencies of wallets and transactions. */
export interface CustodyServices extends IdentityServices {
  /** The nodes of the chains, with a lock per sending account. */
  readonly chainConnections: ChainConnections
  /** How long final transactions are retained. */
  readonly transactionRetention?: TransactionRetention | undefined
  /** How contract accounts send, by `secretType`. */
  readonly smartAccounts?: ReadonlyMap<string, SmartAccountSettings> | undefined
  /** What wallets receive, by `secretType`. */
  readonly transferSources?: ReadonlyMap<string, TransferSource> | undefined
  /** Which contracts accounts may be delegated to. */
  readonly delegation?: DelegationOptions | undefined
}

/** Dependencies for broadcasting and tracking transactions. Registries of a host bring a storage of their own. */
export type ChainServices = Pick<CustodyServices, 'logger' | 'chainConnections' | 'now'> &
  Partial<Pick<CustodyServices, 'eventsEnabled' | 'eventCatalogue'>> & { readonly storage: Storage }

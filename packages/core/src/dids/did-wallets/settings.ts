import type { ChainClients } from '../../custody/chain-clients/index.ts'
import type { DidRegistry } from '../registries/registry.ts'
import type { VaultBatcher } from './vault-batcher.ts'
import type { ThresholdSigner } from '../vaults/threshold-signer.ts'

/** The settings of DID wallets, with defaults applied. */
export interface DidWalletSettings {
  /** The DID registries. DIDs without a network belong to the first. */
  readonly registries: readonly DidRegistry[]
  readonly thresholdSigner: ThresholdSigner | undefined
  /** The DIDs whose controllers may change every DID wallet. */
  readonly adminDids: ReadonlySet<string>
  /** Batches the creation of wallets in BIP44 vaults; one per process, shared by all requests. */
  readonly vaultBatcher: VaultBatcher
}

/** Collects the chain clients of all registries. */
export function collectChainClients({ registries }: DidWalletSettings): ChainClients {
  return Object.fromEntries(registries.flatMap(({ clients }) => Object.entries(clients)))
}

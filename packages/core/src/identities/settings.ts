import type { ChainClients } from '../chain-clients/index.ts'
import type { DidRegistry } from '../dids/registry.ts'
import type { VaultQueue } from './vault-queue.ts'
import type { ThresholdSigner } from '../vaults/threshold-signer.ts'

/** What a host decides about DID wallets. */
export interface IdentitySettings {
  /** Where DIDs are kept; those without a network in the first. */
  readonly registries: readonly DidRegistry[]
  readonly thresholdSigner: ThresholdSigner | undefined
  /** The DIDs that control every other. */
  readonly adminDids: ReadonlySet<string>
  /** Of this process; shared by all requests. */
  readonly vaultQueue: VaultQueue
}

/** The nodes that the registries speak to. */
export function registryClients({ registries }: IdentitySettings): ChainClients {
  return Object.fromEntries(registries.flatMap(({ clients }) => Object.entries(clients)))
}

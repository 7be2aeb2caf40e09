import type { Actor } from '../platform/audit/audit-write.ts'
import { type DidRegistry, embeddedRegistry } from '../dids/registries/index.ts'
import { createVaultBatcher } from '../dids/did-wallets/vault-batcher.ts'
import type { DidWalletSettings } from '../dids/did-wallets/settings.ts'

/** The actor of the DID wallet tests. */
export const testActor: Actor = { tenant: 'default', id: 'test' }

/** Creates the settings of DID wallets with a registry, by default the embedded one. */
export function didSettings(registry: DidRegistry = embeddedRegistry()): DidWalletSettings {
  return {
    registries: [registry],
    thresholdSigner: undefined,
    adminDids: new Set(),
    vaultBatcher: createVaultBatcher(),
  }
}

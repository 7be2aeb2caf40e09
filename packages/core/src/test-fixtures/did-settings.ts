import type { Actor } from '../audit/record.ts'
import { type DidRegistry, embeddedRegistry } from '../dids/index.ts'
import { vaultQueue } from '../identities/vault-queue.ts'
import type { IdentitySettings } from '../identities/settings.ts'

/** The actor of the DID wallet tests. */
export const actor: Actor = { tenant: 'default', id: 'test' }

/** Creates the settings of DID wallets with a registry, by default the embedded one. */
export function didSettings(registry: DidRegistry = embeddedRegistry()): IdentitySettings {
  return { registries: [registry], thresholdSigner: undefined, adminDids: new Set(), vaultQueue: vaultQueue() }
}

import type { Actor } from '../audit/record.ts'
import { type DidRegistry, embeddedRegistry } from '../dids/index.ts'
import { vaultQueue } from '../identities/vault-queue.ts'
import type { IdentitySettings } from '../identities/settings.ts'

/** Who acts in the suites of DID wallets. */
export const actor: Actor = { tenant: 'default', id: 'test' }

/** DID wallets over a registry: the embedded one, unless another is given. */
export function didSettings(registry: DidRegistry = embeddedRegistry()): IdentitySettings {
  return { registries: [registry], thresholdSigner: undefined, adminDids: new Set(), vaultQueue: vaultQueue() }
}

import { type DidRegistry, embeddedRegistry, parseDid } from '../../dids/index.ts'
import type { Api, Guard } from '../../http/index.ts'
import type { IdentitySettings } from '../../identities/settings.ts'
import { vaultQueue } from '../../identities/vault-queue.ts'
import type { Services } from '../../services.ts'
import type { ThresholdSigner } from '../../vaults/threshold-signer.ts'
import { tokenRoute } from '../token-route.ts'
import { openGuard, serviceGuard } from '../service-guard.ts'
import { authRoute } from './auth-route.ts'
import { configureRoute } from './configure-route.ts'
import { createRoute } from './create-route.ts'
import { deleteRoute } from './delete-route.ts'
import type { Dids } from './dids.ts'
import { failure } from './envelope.ts'
import { openToAll, withScope } from './guards.ts'
import { listRoute } from './list-route.ts'
import { renameRoute } from './rename-route.ts'
import { resolveRoute } from './resolve-route.ts'
import { failureBody } from './schemas.ts'
import { vaultRoutes } from './vault-routes.ts'

/** What a host decides about the DID API. */
export interface DidsOptions {
  /** Where DIDs are kept, those without a network in the first: one in the storage. */
  readonly registries?: readonly DidRegistry[]
  /** The DIDs whose owners may change every wallet. */
  readonly adminDids?: readonly string[]
  /** What `x-did-auth` tokens must name as their audience: the `issuer` of Billfold. */
  readonly publicUrl?: string
  /** Lets callers in, in place of service keys. To have wallets sign tokens takes the scope `dids:sign` with it, too. */
  readonly guard?: Guard
  /** Signs for the wallets of MPC vaults; without one there are none. */
  readonly thresholdSigner?: ThresholdSigner
}

/** The options as the domain takes them. @throws RangeError for an admin DID that is none, or no registry at all */
export function settingsOf(options: DidsOptions = {}): IdentitySettings {
  const { registries = [embeddedRegistry()], adminDids = [], thresholdSigner } = options
  if (registries.length === 0) throw new RangeError('The DID API needs a registry')
  for (const did of adminDids) assertDid(did)
  return { registries, thresholdSigner, adminDids: new Set(adminDids), vaultQueue: vaultQueue() }
}

/** The DID API: identity wallets, their vaults, and what their DIDs resolve to. */
export function didsApi(
  services: Services,
  settings: IdentitySettings,
  tenant: string,
  audience: string,
  options: DidsOptions = {},
): Api {
  const open = openGuard(tenant)
  const service = options.guard ?? serviceGuard(services, 'dids')
  const dids: Dids = {
    services,
    settings,
    service,
    signing:
      options.guard === undefined ? serviceGuard(services, 'dids:sign', 'dids') : withScope(options.guard, 'dids:sign'),
    resolving: openToAll(open, service),
    open,
    audience: options.publicUrl ?? audience,
  }
  return Object.freeze({
    name: 'dids',
    title: 'Billfold DID API',
    routes: Object.freeze([
      tokenRoute(dids, 'dids'),
      listRoute(dids),
      createRoute(dids),
      deleteRoute(dids),
      configureRoute(dids),
      renameRoute(dids),
      authRoute(dids),
      ...vaultRoutes(dids),
      resolveRoute(dids),
    ]),
    errorReply: failure,
    errorSchema: failureBody,
  })
}

function assertDid(did: string): void {
  try {
    parseDid(did)
  } catch (cause) {
    throw new RangeError(`An admin DID is not a DID: ${did}`, { cause })
  }
}

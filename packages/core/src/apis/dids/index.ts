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

/** Options of the DID API. */
export interface DidsOptions {
  /**
   * The DID registries; DIDs without a network belong to the first. Defaults to one in the storage, see
   * `embeddedRegistry`.
   */
  readonly registries?: readonly DidRegistry[]
  /** DIDs whose controllers may change every DID wallet. Defaults to none. */
  readonly adminDids?: readonly string[]
  /** The required audience of `x-did-auth` tokens. Defaults to `issuer`. */
  readonly publicUrl?: string
  /**
   * Replaces the authentication by service keys. Signing tokens requires the scope `dids:sign` from this guard, too.
   */
  readonly guard?: Guard
  /** Signs for the wallets in MPC vaults. Without one, MPC vaults are unavailable. */
  readonly thresholdSigner?: ThresholdSigner
}

/**
 * Applies the defaults to the options.
 *
 * @throws RangeError for an invalid DID in `adminDids`, or an empty `registries`
 */
export function settingsOf(options: DidsOptions = {}): IdentitySettings {
  const { registries = [embeddedRegistry()], adminDids = [], thresholdSigner } = options
  if (registries.length === 0) throw new RangeError('dids.registries must not be empty')
  for (const did of adminDids) assertDid(did)
  return { registries, thresholdSigner, adminDids: new Set(adminDids), vaultQueue: vaultQueue() }
}

/** The DID API: DID wallets, vaults and DID resolution. */
export function didsApi(
  services: Services,
  settings: IdentitySettings,
  tenant: string,
  audience: string,
  options: DidsOptions = {},
): Api {
  const publicGuard = openGuard(tenant)
  const didsGuard = options.guard ?? serviceGuard(services, 'dids')
  const dids: Dids = {
    services,
    settings,
    service: didsGuard,
    signing:
      options.guard === undefined ? serviceGuard(services, 'dids:sign', 'dids') : withScope(options.guard, 'dids:sign'),
    resolving: openToAll(publicGuard, didsGuard),
    open: publicGuard,
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
    throw new RangeError(`dids.adminDids: invalid DID: ${did}`, { cause })
  }
}

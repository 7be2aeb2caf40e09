import { didsDescription } from './description.ts'
import type { CustodyServices } from '../../custody/services.ts'
import { type DidRegistry, type DocumentFormat, embeddedRegistry, toCanonicalDid } from '../registries/index.ts'
import type { Api, Guard } from '../../http/index.ts'
import type { DidWalletSettings } from '../did-wallets/settings.ts'
import { createVaultBatcher } from '../did-wallets/vault-batcher.ts'
import type { ThresholdSigner } from '../vaults/threshold-signer.ts'
import { tokenRoute } from '../../identity/api/token-route.ts'
import { publicGuard, serviceGuard } from '../../identity/api/service-guard.ts'
import { signTokenRoute } from './sign-token-route.ts'
import { configureDidWalletRoute } from './configure-route.ts'
import { createDidWalletRoute } from './create-route.ts'
import { deleteDidWalletsRoute } from './delete-route.ts'
import type { DidsContext } from './context.ts'
import { didErrorReply } from './response-format.ts'
import { allowAnonymous, requireScope } from './guards.ts'
import { listDidWalletsRoute } from './list-route.ts'
import { renameDidWalletsRoute } from './rename-route.ts'
import { resolveDidRoute } from './resolve-route.ts'
import { didErrorSchema } from './schemas.ts'
import { vaultRoutes } from './vault-routes.ts'

/** Options of the DID API. */
export interface DidsOptions {
  /**
   * The DID registries. A `did:spherity` without a network belongs to the first, a `did:ethr` without one to a registry on Ethereum
   * mainnet. Defaults to one in the storage, see `embeddedRegistry`.
   */
  readonly registries?: readonly DidRegistry[]
  /**
   * The form of resolved documents. Default: `current`, as of ethr-did-resolver 12 and later.
   */
  readonly documentFormat?: DocumentFormat
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
export function toDidWalletSettings(options: DidsOptions = {}): DidWalletSettings {
  const { registries = [embeddedRegistry()], adminDids = [], thresholdSigner } = options
  if (registries.length === 0) throw new RangeError('dids.registries must not be empty')
  return {
    registries,
    thresholdSigner,
    adminDids: new Set(adminDids.map(toCanonicalAdminDid)),
    vaultBatcher: createVaultBatcher(),
  }
}

/** The DID API: DID wallets, vaults and DID resolution. */
export function didsApi(
  services: CustodyServices,
  settings: DidWalletSettings,
  tenant: string,
  audience: string,
  options: DidsOptions = {},
): Api {
  const anyone = publicGuard(tenant)
  const didsGuard = options.guard ?? serviceGuard(services, 'dids')
  const dids: DidsContext = {
    services,
    settings,
    serviceGuard: didsGuard,
    signingGuard:
      options.guard === undefined
        ? serviceGuard(services, 'dids:sign', 'dids')
        : requireScope(options.guard, 'dids:sign'),
    resolverGuard: allowAnonymous(anyone, didsGuard),
    publicGuard: anyone,
    audience: options.publicUrl ?? audience,
    documentFormat: options.documentFormat ?? 'current',
  }
  return Object.freeze({
    name: 'dids',
    title: 'Billfold DID API',
    routes: Object.freeze([
      tokenRoute(dids, 'dids'),
      listDidWalletsRoute(dids),
      createDidWalletRoute(dids),
      deleteDidWalletsRoute(dids),
      configureDidWalletRoute(dids),
      renameDidWalletsRoute(dids),
      signTokenRoute(dids),
      ...vaultRoutes(dids),
      resolveDidRoute(dids),
    ]),
    errorReply: didErrorReply,
    errorSchema: didErrorSchema,
    description: didsDescription,
  })
}

function toCanonicalAdminDid(did: string): string {
  try {
    return toCanonicalDid(did)
  } catch (cause) {
    throw new RangeError(`dids.adminDids: invalid DID: ${did}`, { cause })
  }
}

import type { ChainClients } from '../../chain-clients/index.ts'
import type { MethodSettings } from '../../credentials/method-types.ts'
import type { Api } from '../../http/index.ts'
import type { Services } from '../../services.ts'
import { type Chains, knownChains } from '../../wallets/chains/index.ts'
import { openGuard, serviceGuard } from '../service-guard.ts'
import type { Custody } from './custody.ts'
import { failure } from './envelope.ts'
import { linkRoutes } from './link-routes.ts'
import { failureBody } from './schemas.ts'
import { securityRoutes } from './security-routes.ts'
import { signatureRoutes } from './signature-routes.ts'
import { signingMethodRoutes } from './signing-method-routes.ts'
import { tokenRoute } from '../token-route.ts'
import { transactionRoutes } from './transaction-routes.ts'
import { userRoutes } from './user-routes.ts'
import { walletRoutes } from './wallet-routes.ts'

/** What a host decides about the custody API. */
export interface CustodyOptions {
  readonly signingMethods?: MethodSettings
  readonly chains?: Chains
  /** The nodes of the chains, by secretType: what balances and transactions need. Signing needs none. */
  readonly chainClients?: ChainClients
}

/** The custody API: users, signing methods, wallets, signatures. */
export function custodyApi(services: Services, tenant: string, options: CustodyOptions = {}): Api {
  const custody: Custody = {
    services,
    chains: options.chains ?? knownChains(),
    methods: options.signingMethods ?? {},
    service: serviceGuard(services, 'custody'),
    open: openGuard(tenant),
  }
  return Object.freeze({
    name: 'custody',
    title: 'Billfold custody API',
    routes: Object.freeze([
      tokenRoute(custody, 'custody'),
      ...userRoutes(custody),
      ...signingMethodRoutes(custody),
      ...walletRoutes(custody),
      ...linkRoutes(custody),
      ...signatureRoutes(custody),
      ...transactionRoutes(custody),
      ...securityRoutes(custody),
    ]),
    errorReply: failure,
    errorSchema: failureBody,
  })
}

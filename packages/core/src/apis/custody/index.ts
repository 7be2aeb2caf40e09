import type { ChainClients, Repricing } from '../../chain-clients/index.ts'
import { defaultCommunity } from '../../biometrics/configurations.ts'
import type { MethodSettings } from '../../credentials/method-types.ts'
import type { TemporaryLock } from '../../credentials/lock-rule.ts'
import type { Api } from '../../http/index.ts'
import type { SessionSetup } from '../../sessions/setup.ts'
import type { Services } from '../../services.ts'
import type { TransactionRetention } from '../../transactions/retention/retention-rules.ts'
import { type Chains, knownChains } from '../../wallets/chains/index.ts'
import { openGuard, serviceGuard } from '../service-guard.ts'
import type { Custody } from './custody.ts'
import { failure } from './envelope.ts'
import { faceCheckRoutes } from './face-check-routes.ts'
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
  /**
   * Where methods of the type BIOMETRIC that take a face too find it: the community that faces are enrolled in (`default`), and the
   * least assurance that a live person is there (`basic`). The verifier is that of `authentication`.
   */
  readonly biometric?: { readonly community?: string; readonly liveness?: 'none' | 'basic' | 'certified' }
  /** Locks a method for a while after some wrong values in a row, such as 86,400 seconds after 3; off unless it is given. */
  readonly temporaryLock?: TemporaryLock
  readonly chains?: Chains
  /**
   * Whether `POST /api/signatures` takes `ETHEREUM_RAW` and the like: false. A raw signature is over bytes as they are, which
   * can be a transaction, a login elsewhere or a change of a DID; who calls the API must then be trusted with the wallets.
   */
  readonly rawSignatures?: boolean
  /** The nodes of the chains, by secretType: what balances and transactions need. Signing needs none. */
  readonly chainClients?: ChainClients
  /** How far transactions that wait, because their fee has become too low, are replaced; only where their sender allows it. */
  readonly repricing?: Repricing
  /** How long final transactions, and with them idempotency keys, are remembered. */
  readonly transactionRetention?: TransactionRetention
}

/** The custody API: users, signing methods, wallets, signatures. Without `faces` no method takes a face. */
export function custodyApi(
  services: Services,
  tenant: string,
  options: CustodyOptions = {},
  faces?: Pick<SessionSetup, 'faces' | 'attemptsOfUser'>,
): Api {
  const custody: Custody = {
    services,
    chains: options.chains ?? knownChains(),
    methods: options.signingMethods ?? {},
    faces: {
      services,
      faces: faces?.faces,
      attemptsOfUser: faces?.attemptsOfUser ?? { most: 30, seconds: 3600 },
      community: options.biometric?.community ?? defaultCommunity,
      liveness: options.biometric?.liveness ?? 'basic',
    },
    rawSignatures: options.rawSignatures === true,
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
      ...faceCheckRoutes(custody),
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

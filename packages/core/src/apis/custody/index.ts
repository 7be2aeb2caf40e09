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

/** Options of the custody API (`custody` in `createBillfold`). */
export interface CustodyOptions {
  /** Settings of signing methods, such as the PIN pattern. */
  readonly signingMethods?: MethodSettings
  /**
   * Settings of BIOMETRIC signing methods with face verification: the community in which faces are enrolled (default
   * `default`), and the minimum liveness assurance (default `basic`). They use the verifier of `authentication`.
   */
  readonly biometric?: { readonly community?: string; readonly liveness?: 'none' | 'basic' | 'certified' }
  /** Locks a signing method temporarily after consecutive failed attempts, for example 86,400 seconds after 3. Off by default. */
  readonly temporaryLock?: TemporaryLock
  /** The chains on which wallets can be created, by `secretType`. Default: `knownChains()`. */
  readonly chains?: Chains
  /**
   * True if `POST /api/signatures` accepts raw requests such as `ETHEREUM_RAW`. Default: false. Raw bytes can be a transaction, a
   * login challenge of another service or a DID update, so callers must be trusted with full control of the wallets.
   */
  readonly rawSignatures?: boolean
  /** Chain clients by `secretType`. Balances and transactions need one; signing messages does not. */
  readonly chainClients?: ChainClients
  /** Fee bumping of pending transactions. Applies only to transactions whose sender allows it. */
  readonly repricing?: Repricing
  /** Retention of final transactions and their idempotency keys. */
  readonly transactionRetention?: TransactionRetention
}

/** Creates the custody API: users, signing methods, wallets, signatures and transactions. `faces` enables face verification. */
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

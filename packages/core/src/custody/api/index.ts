import { describeCustody } from './description.ts'
import type { CustodyServices } from '../services.ts'
import type { ChainClients, FeeBumping } from '../chain-clients/index.ts'
import { defaultCommunity } from '../../identity/biometrics/verification-configurations.ts'
import type { SigningMethodOptions } from '../../identity/signing-methods/method-types.ts'
import type { LockoutRule } from '../../identity/signing-methods/lockout.ts'
import type { Api } from '../../http/index.ts'
import type { FaceMethodContext } from '../../identity/signing-methods/face-method-context.ts'
import { resolveSavedRequestRules, type SavedRequestOptions } from '../saved-requests/saved-request-rules.ts'
import type { SwapProvider } from '../swaps/swap-provider.ts'
import type { TransferSources } from '../incoming-transfers/transfer-source.ts'
import type { TokenIndexer } from '../tokens/token-indexer.ts'
import type { SmartAccountOptions } from '../smart-accounts/smart-account-options.ts'
import type { DelegationOptions } from '../transactions/formats/evm/delegation-rules.ts'
import type { TransactionRetention } from '../transactions/retention/retention-rules.ts'
import { type Chains, knownChains } from '../wallets/chains/index.ts'
import { publicGuard, serviceGuard } from '../../identity/api/service-guard.ts'
import type { CustodyContext } from './context.ts'
import { custodyErrorReply } from './response-format.ts'
import { addressRoute } from './address-route.ts'
import { allNonFungiblesRoute } from './all-non-fungibles-route.ts'
import { associationRoutes } from './association-routes.ts'
import { balanceRoutes } from './balance-routes.ts'
import { clientRoutes } from './client-routes.ts'
import { contractRoutes } from './contract-routes.ts'
import { feesRoute } from './fees-route.ts'
import { healthRoute } from './health-route.ts'
import { swapRoutes } from './swap-routes.ts'
import { walletEventsRoute } from './wallet-events-route.ts'
import { faceCheckRoutes } from './face-check-routes.ts'
import { passkeyRoutes } from './passkey-routes.ts'
import { linkRoutes } from './link-routes.ts'
import { custodyErrorBody } from './schemas.ts'
import { securityRoutes } from './security-routes.ts'
import { signatureRoutes } from './signature-routes.ts'
import { signingMethodRoutes } from './signing-method-routes.ts'
import { tokenContractRoutes } from './token-contract-routes.ts'
import { tokenRoute } from '../../identity/api/token-route.ts'
import { transactionRoutes } from './transaction-routes.ts'
import { userRoutes } from './user-routes.ts'
import { walletRoutes } from './wallet-routes.ts'

/** Options of the custody API (`custody` in `createBillfold`). */
export interface CustodyOptions {
  /** Settings of signing methods, such as the PIN pattern. */
  readonly signingMethods?: SigningMethodOptions
  /**
   * Settings of BIOMETRIC signing methods with face verification: the community in which faces are enrolled (default
   * `default`), and the minimum liveness assurance (default `basic`). They use the verifier of `authentication`.
   */
  readonly biometric?: { readonly community?: string; readonly liveness?: 'none' | 'basic' | 'certified' }
  /** Locks a signing method temporarily after consecutive failed attempts, for example 86,400 seconds after 3. Off by default. */
  readonly lockout?: LockoutRule
  /** The chains on which wallets can be created, by `secretType`. Default: `knownChains()`. */
  readonly chains?: Chains
  /**
   * True if `POST /api/signatures` accepts raw requests such as `ETHEREUM_RAW`. Default: false. Raw bytes can be a transaction, a
   * login challenge of another service or a DID update, so callers must be trusted with full control of the wallets.
   */
  readonly rawSignatures?: boolean
  /**
   * The result of `POST /api/signatures/verification`: `object` for `{isValid}`, which the vendor's SDK reads, or `boolean` for the
   * bare boolean of older clients. Default: `object`.
   */
  readonly verificationReply?: 'object' | 'boolean'
  /**
   * The result of `POST /api/users/:userId/signing-methods`: `object` for the method, as the vendor documents it, or `array` for a
   * list of it, which the C# SDK reads. Default: `object`.
   */
  readonly signingMethodReply?: 'object' | 'array'
  /** Chain clients by `secretType`. Balances and transactions need one; signing messages does not. */
  readonly chainClients?: ChainClients
  /** Lists the tokens of addresses. Without one, only balances of tokens that the caller names can be read. */
  readonly tokenIndexer?: TokenIndexer
  /**
   * Where `maintain()` reads what wallets receive, by `secretType`: `INCOMING_TRANSACTION` among the events of a wallet, and the event
   * `transfer.received`. Default: none.
   */
  readonly transferSources?: TransferSources
  /** Exchanges tokens. Without one, the routes of swaps reply with 501. */
  readonly swapProvider?: SwapProvider
  /** Fee bumping of pending transactions. Applies only to transactions whose sender allows it. */
  readonly feeBumping?: FeeBumping
  /** Contract accounts (ERC-4337): the bundler, and a paymaster if there is one, by `secretType`. Default: none. */
  readonly smartAccounts?: SmartAccountOptions
  /** Which contracts accounts may be delegated to (EIP-7702). Default: none. */
  readonly delegation?: DelegationOptions
  /** How requests that are saved to be signed later are confirmed and expire. */
  readonly savedRequests?: SavedRequestOptions
  /** Retention of final transactions and their idempotency keys. */
  readonly transactionRetention?: TransactionRetention
}

/** Creates the custody API: users, signing methods, wallets, signatures and transactions. `faces` enables face verification. */
export function custodyApi(
  services: CustodyServices,
  tenant: string,
  options: CustodyOptions = {},
  faces?: Pick<FaceMethodContext, 'faces' | 'faceAttemptsPerUser'>,
): Api {
  const custody: CustodyContext = {
    services,
    chains: options.chains ?? knownChains(),
    methods: options.signingMethods ?? {},
    faces: {
      services,
      faces: faces?.faces,
      faceAttemptsPerUser: faces?.faceAttemptsPerUser ?? { limit: 30, windowSeconds: 3600 },
      community: options.biometric?.community ?? defaultCommunity,
      liveness: options.biometric?.liveness ?? 'basic',
    },
    rawSignatures: options.rawSignatures === true,
    savedRequests: resolveSavedRequestRules(options.savedRequests),
    tokenIndexer: options.tokenIndexer,
    swapProvider: options.swapProvider,
    verificationReply: options.verificationReply ?? 'object',
    signingMethodReply: options.signingMethodReply ?? 'object',
    service: serviceGuard(services, 'custody'),
    publicGuard: publicGuard(tenant),
  }
  return Object.freeze({
    name: 'custody',
    title: 'Billfold custody API',
    routes: Object.freeze([
      tokenRoute(custody, 'custody'),
      ...userRoutes(custody),
      ...signingMethodRoutes(custody),
      ...faceCheckRoutes(custody),
      ...passkeyRoutes(custody),
      allNonFungiblesRoute(custody),
      ...walletRoutes(custody),
      ...balanceRoutes(custody),
      addressRoute(custody),
      ...linkRoutes(custody),
      ...signatureRoutes(custody),
      ...transactionRoutes(custody),
      feesRoute(custody),
      ...contractRoutes(custody),
      ...tokenContractRoutes(custody),
      ...associationRoutes(custody),
      walletEventsRoute(custody),
      ...swapRoutes(custody),
      ...clientRoutes(custody),
      healthRoute(custody),
      ...securityRoutes(custody),
    ]),
    errorReply: custodyErrorReply,
    errorSchema: custodyErrorBody,
    description: describeCustody(custody),
  })
}

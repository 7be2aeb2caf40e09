import type { CustodyServices } from '../services.ts'
import type { FaceMethodContext } from '../../identity/signing-methods/face-method-context.ts'
import type { SigningMethodOptions } from '../../identity/signing-methods/method-types.ts'
import type { Guard } from '../../http/index.ts'
import type { SavedRequestOptions } from '../saved-requests/saved-request-rules.ts'
import type { SwapProvider } from '../swaps/swap-provider.ts'
import type { TokenIndexer } from '../tokens/token-indexer.ts'
import type { Chains } from '../wallets/chains/index.ts'

/** The context shared by the routes of the custody API. */
export interface CustodyContext {
  readonly services: CustodyServices
  readonly chains: Chains
  readonly methods: SigningMethodOptions
  /** Dependencies of signing methods with face verification. */
  readonly faces: FaceMethodContext
  /** True if `POST /api/signatures` accepts raw requests. */
  readonly rawSignatures: boolean
  /** How saved requests are confirmed and expire. */
  readonly savedRequests: Required<SavedRequestOptions>
  /** The form of the reply to a verification: `{isValid}`, or the bare boolean. */
  readonly verificationReply: 'object' | 'boolean'
  /** The form of the reply to a new signing method: the method, or a list of it. */
  readonly signingMethodReply: 'object' | 'array'
  /** Lists tokens of addresses, if the host has an indexer. */
  readonly tokenIndexer: TokenIndexer | undefined
  /** Exchanges tokens, if the host has a provider. */
  readonly swapProvider: SwapProvider | undefined
  /** Guard for service keys with the scope `custody`. */
  readonly service: Guard
  /** Guard of routes without authentication. */
  readonly publicGuard: Guard
}

import type { Actor } from '../audit/audit-write.ts'

/**
 * The kinds of acts that modules authorize, with what each does. Whatever signs with a stored key, moves money, gives out a
 * key or logs a user in is one of them.
 */
export const actKinds = {
  message: 'Signs a message in the format of the chain',
  'typed-data': 'Signs typed data (EIP-712)',
  'raw-signature': 'Signs raw bytes, where the host allows it',
  transaction: 'Signs and sends a transaction',
  'transaction-build': 'Builds a transaction without signing it',
  'transaction-replace': 'Signs a pending transaction again at a higher fee, or one without effect in its place',
  'key-export': 'Exports the private key of a wallet',
  'method-change': 'Adds, replaces or removes a signing method',
  'wallet-link': 'Gives a wallet without a user to a user',
  'did-auth': 'Signs a DID-Auth token with the key of a DID',
  'did-update': 'Changes the owner, delegates or attributes of a DID',
  payment: 'Holds the money of a payment',
  withdrawal: 'Holds the money of a withdrawal',
  login: 'Logs a user in',
  'credential-issue': 'Issues verifiable credentials to a wallet',
  'credential-present': 'Presents verifiable credentials to a verifier',
  'policy-change': 'Changes the policies that a module decides by',
} as const

/** A kind of {@link actKinds}. */
export type ActKind = keyof typeof actKinds

/** A signing method that a request has proven. */
export interface ProvenMethod {
  readonly id: string
  /** `PIN`, `PASSWORD`, `EMERGENCY_CODE`, `BIOMETRIC`. */
  readonly type: string
}

/** Coins or tokens that a transaction moves. */
export interface ChainTransfer {
  /** `native`, or a token of the chain by the name of its standard: `trc20:T…`. */
  readonly asset: string
  /** In minor units. */
  readonly amount: bigint
  /** The recipient's address. */
  readonly to: string
}

/** What a transaction does on its chain: the call as it is signed, whatever the request looked like. */
export interface ChainCall {
  /** The address that is called or paid. */
  readonly to: string
  /** The native coins that are sent, in minor units. */
  readonly value: bigint
  /** The call data; empty for a plain transfer. */
  readonly data: Uint8Array
  /**
   * All that the transaction moves, if its format knows it for certain, on chains on which `to`, `value` and `data` do not say it. Absent if they do,
   * or if the transaction may move more.
   */
  readonly transfers?: readonly ChainTransfer[] | undefined
  /** Solana: the accounts that a called program gets, which the wallet signs with the call. A program may move what it can write. */
  readonly accounts?: readonly ChainCallAccount[] | undefined
}

/** An account that a called program gets. */
export interface ChainCallAccount {
  readonly address: string
  readonly isSigner: boolean
  readonly isWritable: boolean
}

/** What a face verifier and the page have reported about a face that matched. Reported, never compared by Billfold. */
export interface FaceObservation {
  /** How near the comparison was to its threshold: 0 for a perfect match, 1 at the threshold. */
  readonly distance?: number | undefined
  /** The score of the liveness check, 0 to 1. */
  readonly liveness?: number | undefined
  /** Whether the camera reports itself as virtual; absent if the page reported no camera. */
  readonly isVirtualCamera?: boolean | undefined
}

/** An act that is about to be committed, as modules see it. It contains no secrets. */
export interface Act {
  readonly kind: ActKind
  readonly actor: Actor
  /** The user whose key, money or account it is; null for wallets and DIDs without a user. */
  readonly userId: string | null
  /** The wallet or DID wallet that signs, is exported or linked. */
  readonly walletId?: string | undefined
  /** The signing method that authorized the act; absent for acts that need none. */
  readonly method?: ProvenMethod | undefined
  /** The chain of the wallet: `ETHEREUM`. */
  readonly chain?: string | undefined
  /** The network of a transaction (CAIP-2): `eip155:1`. */
  readonly network?: string | undefined
  readonly call?: ChainCall | undefined
  /** The calls that the contract account of the wallet makes, where `call` is the one that the account executes. */
  readonly calls?: readonly ChainCall[] | undefined
  /** The contract whose code the account gets (EIP-7702), in lower case. That code can do whatever the key can. */
  readonly delegate?: string | undefined
  /** Typed data as it is signed. */
  readonly typedData?: unknown
  /** The money of a payment or withdrawal, in minor units. */
  readonly money?: { readonly currency: string; readonly amount: bigint } | undefined
  /** Reads what the user has available of the currency of `money`, in minor units, before the act. */
  readonly findAvailable?: (() => Promise<bigint>) | undefined
  /** The other party: the user id of a receiver, the name of a gateway. */
  readonly counterparty?: string | undefined
  /** Whether a login comes from a device that the user has used before; absent if unknown. */
  readonly isKnownDevice?: boolean | undefined
  /** The face that a login was made with. */
  readonly face?: FaceObservation | undefined
  /** What is done, as canonical text: two acts with equal content, kind, user and wallet do the same. */
  readonly content: string
}

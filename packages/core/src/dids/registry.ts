import type { Actor } from '../audit/record.ts'
import type { ChainClients } from '../chain-clients/index.ts'
import type { RecoverableSignature } from '../crypto/index.ts'
import type { ErrorCode } from '../errors.ts'
import type { ChainServices } from '../services.ts'

/** An Ethereum address in lower case: 0x and 40 hex digits. Everything in this folder takes and gives addresses so. */
export type Address = string

/**
 * One change of an identity's entry in a registry (ERC-1056). A `name` and a `delegateType` are text of 1 to 32 bytes.
 * `validity` is in whole seconds from when the change is made; 0 has run out at once.
 */
export type RegistryChange =
  | { readonly kind: 'attribute'; readonly name: string; readonly value: Uint8Array; readonly validity: number }
  | { readonly kind: 'revoke-attribute'; readonly name: string; readonly value: Uint8Array }
  | {
      readonly kind: 'delegate'
      readonly delegateType: string
      readonly delegate: Address
      readonly validity: number
    }
  | { readonly kind: 'revoke-delegate'; readonly delegateType: string; readonly delegate: Address }
  | { readonly kind: 'owner'; readonly newOwner: Address }

/** What a registry tells of one change: the events of ERC-1056. */
export type RegistryEvent = {
  /** The block of the event; where there are no blocks, the number of the change, from 1. Never falls. */
  readonly version: number
} & (
  | { readonly kind: 'owner'; readonly owner: Address }
  | {
      readonly kind: 'delegate'
      readonly delegateType: string
      readonly delegate: Address
      /** Seconds since 1970; of a revocation, the moment of it. */
      readonly validTo: bigint
    }
  | {
      readonly kind: 'attribute'
      readonly name: string
      readonly value: Uint8Array
      /** Seconds since 1970; 0 for a revocation. */
      readonly validTo: bigint
    }
)

/** Everything that a registry tells of an identity. Events whose names are not UTF-8 are left out: they are not about DIDs. */
export interface RegistryHistory {
  /** In the order in which they were made. */
  readonly events: readonly RegistryEvent[]
  /** When the changes of a version were made, in seconds since 1970. Asks for versions of the events only. */
  readonly timeOf: (version: number) => Promise<number>
}

/** A change that lacks the signature of the identity's owner only. */
export interface PreparedChange {
  readonly identity: Address
  readonly change: RegistryChange
  /** Who must sign: the owner of the identity as it is now. */
  readonly signer: Address
  /** How many changes the signer has signed before in this registry: each signature is good once. */
  readonly nonce: bigint
  /** What is to be signed, 32 bytes, as they are: no prefix is put before them. */
  readonly digest: Uint8Array
}

/**
 * What became of a step. `mined`: the change is made. `sent`: it is kept and will be made, by whoever comes next if not by
 * this process. `failed`: it was not made and never will be, so that a new step may make it.
 */
export interface StepState {
  readonly state: 'mined' | 'sent' | 'failed'
  /** The transaction, on a chain: 0x and 64 hex digits. */
  readonly hash?: string
  /** The block; where there are no blocks, the number of the change. */
  readonly version?: number
  /** Why it failed: `transaction.reverted`, `transaction.insufficient-funds` (the payer's), `transaction.refused`, `transaction.replaced`. */
  readonly failure?: ErrorCode
}

/** How a change is handed in. */
export interface SubmitOptions {
  /** The host that the signed transaction is posted to, in place of the registry's own node. */
  readonly apiUrl?: string | undefined
}

/**
 * A registry of identities (ERC-1056): who owns one, its delegates and its attributes. Changes are signed by the owner and
 * handed in by somebody else, so that an identity needs no funds.
 *
 * Chain registries throw `transaction.chain-unavailable` from every function when no node can be used.
 */
export interface DidRegistry {
  /** The network segments of DIDs that are kept here: names, or `0x` and the chain id in hex. */
  readonly networks: readonly string[]
  /** EIP-155 chain id: what accounts of the DID documents are named with (CAIP-10). */
  readonly chainId: bigint
  /** The chain clients that `createBillfold` must know, so that `maintain()` looks after what was sent. */
  readonly clients: ChainClients

  /** @throws BillfoldError `did.api-url-not-allowed` unless changes may be handed in through this host */
  readonly checkApiUrl: (apiUrl: string) => void

  /** The owner of an identity: itself, as long as it was not changed. */
  readonly identityOwner: (services: ChainServices, tenant: string, identity: Address) => Promise<Address>

  /** @throws BillfoldError `did.too-many-changes` */
  readonly history: (services: ChainServices, tenant: string, identity: Address) => Promise<RegistryHistory>

  /** What the owner must sign for a change. Keeps nothing. @throws BillfoldError `input.invalid` for a change that no registry takes */
  readonly prepare: (
    services: ChainServices,
    tenant: string,
    identity: Address,
    change: RegistryChange,
  ) => Promise<PreparedChange>

  /**
   * Makes a change that its owner has signed. Under one step id (1 to 64 characters, unique in the tenant) at most one
   * change is ever made, by any number of processes and whatever fails between: when the step is known already, its state
   * is the answer, and what is handed in is not looked at.
   * What it throws, it throws before anything is kept: the step is as unknown as before.
   * @throws BillfoldError `crypto.invalid-signature` when it is not the signer's, `did.change-stale` when the owner or the
   *   nonce have changed since it was prepared (prepare and sign again), `did.api-url-not-allowed`,
   *   `did.too-many-changes`, `input.invalid`, `server.busy`, `transaction.insufficient-funds`, `transaction.reverted`
   */
  readonly submit: (
    services: ChainServices,
    actor: Actor,
    stepId: string,
    prepared: PreparedChange,
    signature: RecoverableSignature,
    options?: SubmitOptions,
  ) => Promise<StepState>

  /** What became of a step; undefined for one that nobody has handed in. Hands it to the node again if the node does not have it. */
  readonly stepState: (services: ChainServices, tenant: string, stepId: string) => Promise<StepState | undefined>
}

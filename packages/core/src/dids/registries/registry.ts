import type { ChainServices } from '../../custody/services.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import type { ChainClients } from '../../custody/chain-clients/index.ts'
import type { RecoverableSignature } from '../../kernel/crypto/index.ts'
import { BillfoldError, type ErrorCode } from '../../kernel/errors.ts'
import { didLimits } from './limits.ts'

/** An Ethereum address in lower case: 0x and 40 hex digits. Everything in this folder uses this form. */
export type Address = string

/**
 * One change of an identity in a registry (ERC-1056). `name` and `delegateType` are text of 1 to 32 bytes in UTF-8.
 * `validity` is in whole seconds from the time of the change; 0 expires immediately.
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

/** An event of ERC-1056: what a registry records about one change. */
export type RegistryEvent = {
  /** The block of the event; without blocks, the number of the change, from 1. Never decreases. */
  readonly version: number
} & (
  | { readonly kind: 'owner'; readonly owner: Address }
  | {
      readonly kind: 'delegate'
      readonly delegateType: string
      readonly delegate: Address
      /** Seconds since 1970; for a revocation, its time. */
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

/** All events of an identity. Events whose names are not UTF-8 are omitted: they do not concern DIDs. */
export interface RegistryHistory {
  /** In chronological order. */
  readonly events: readonly RegistryEvent[]
  /**
   * Returns the time of a version in seconds since 1970: of an event or, on a chain, of any block. Undefined if there is no such
   * version yet.
   */
  readonly getTimestamp: (version: number) => Promise<number | undefined>
}

/** A change that only lacks the signature of the identity's owner. */
export interface PreparedChange {
  readonly identity: Address
  readonly change: RegistryChange
  /** The current owner of the identity, who must sign. */
  readonly signer: Address
  /** The number of changes that the signer has signed in this registry; each signature is valid once. */
  readonly nonce: bigint
  /** The 32 bytes to sign, without a prefix. */
  readonly digest: Uint8Array
}

/**
 * The status of an operation. `mined`: the change is made. `sent`: it is stored and will be made, by this process or
 * another. `failed`: it was not made and never will be, so a new operation may make it.
 */
export interface OperationStatus {
  readonly state: 'mined' | 'sent' | 'failed'
  /** The transaction hash, on a chain: 0x and 64 hex digits. */
  readonly hash?: string
  /** The block; where there are no blocks, the number of the change. */
  readonly version?: number
  /**
   * The reason of a failure: `transaction.reverted`, `transaction.insufficient-funds` (the payer's),
   * `transaction.rejected`, `transaction.replaced`.
   */
  readonly failureCode?: ErrorCode
}

/** Options of {@link DidRegistry.submit}. */
export interface SubmitOptions {
  /** The API host that broadcasts the signed transaction, instead of the registry's own node. */
  readonly apiUrl?: string | undefined
}

/**
 * A registry of identities (ERC-1056): their owners, delegates and attributes. Changes are signed by the owner and
 * submitted by somebody else, so identities need no funds. Implement it to use another registry, and run the
 * conformance suite of `@billfold/testing` on it.
 *
 * Chain registries throw `transaction.chain-unavailable` from every function if no node is available.
 */
export interface DidRegistry {
  /** The network segments of DIDs in this registry: names, or `0x` and the chain id in hex. */
  readonly networks: readonly string[]
  /** EIP-155 chain id for the account ids in DID documents (CAIP-10). */
  readonly chainId: bigint
  /** The chain clients that `createBillfold` registers, so that `maintain()` reconciles sent transactions. */
  readonly clients: ChainClients

  /** Checks that changes may be broadcast through this host. @throws BillfoldError `did.api-url-not-allowed` */
  readonly assertApiUrlAllowed: (apiUrl: string) => void

  /** Returns the owner of an identity; initially the identity itself. */
  readonly identityOwner: (services: ChainServices, tenant: string, identity: Address) => Promise<Address>

  /** Reads all events of an identity. @throws BillfoldError `did.history-too-long` */
  readonly getHistory: (services: ChainServices, tenant: string, identity: Address) => Promise<RegistryHistory>

  /** Prepares a change for signing by the current owner. Stores nothing. @throws BillfoldError `input.invalid` */
  readonly prepare: (
    services: ChainServices,
    tenant: string,
    identity: Address,
    change: RegistryChange,
  ) => Promise<PreparedChange>

  /**
   * Makes a change signed by its owner. `operationId` (1 to 64 ASCII characters, unique in the tenant) is an
   * idempotency key: at most one change is made per id, across any number of processes and crashes. For a known id, the
   * current status is returned and the other arguments are ignored.
   *
   * If it throws, nothing was stored and the id is still unused.
   *
   * @throws BillfoldError `crypto.invalid-signature` if the signer did not sign the change, `did.update-conflict` if the
   *   owner or the nonce have changed since `prepare` (prepare and sign again), `did.api-url-not-allowed`,
   *   `did.history-too-long`, `input.invalid`, `server.busy`, `transaction.insufficient-funds`, `transaction.reverted`
   */
  readonly submit: (
    services: ChainServices,
    actor: Actor,
    operationId: string,
    prepared: PreparedChange,
    signature: RecoverableSignature,
    options?: SubmitOptions,
  ) => Promise<OperationStatus>

  /**
   * Returns the status of an operation; undefined if it was never submitted. Rebroadcasts it if the node does not know
   * it.
   */
  readonly findOperationStatus: (
    services: ChainServices,
    tenant: string,
    operationId: string,
  ) => Promise<OperationStatus | undefined>
}

/**
 * Selects the registry for the method and the network of a DID. A `did:ethr` without a network is on Ethereum mainnet: only a
 * registry on that chain (`0x1`) answers for it. A `did:spherity` without a network belongs to the first registry.
 *
 * @throws BillfoldError `did.unknown-network`
 */
export function selectRegistry(
  registries: readonly DidRegistry[],
  { method, network }: { readonly method: 'ethr' | 'spherity'; readonly network: string | undefined },
): DidRegistry {
  const isFirst = method === 'spherity' && network === undefined
  const name = network ?? '0x1'
  const registry = isFirst ? registries[0] : registries.find(({ networks }) => networks.includes(name))
  if (registry === undefined) throw new BillfoldError('did.unknown-network')
  return registry
}

/** Checks that an operation id can be stored: 1 to 64 printable ASCII characters. @throws BillfoldError `input.invalid` */
export function assertValidOperationId(operationId: string): void {
  const { length } = operationId
  if (length < 1 || length > didLimits.maxOperationIdLength || !/^[!-~]+$/.test(operationId))
    throw new BillfoldError('input.invalid', {
      issues: [{ path: 'operationId', message: 'must be 1 to 64 printable ASCII characters' }],
    })
}

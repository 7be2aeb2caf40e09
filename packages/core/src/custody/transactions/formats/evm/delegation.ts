import { addr, authorization, type AuthorizationItem } from 'micro-eth-signer'
import { BillfoldError } from '../../../../kernel/errors.ts'
import type { FormatContext } from '../transaction-format.ts'
import type { TransactionRequest } from '../transaction-request.ts'
import { parseAbiAddress } from './abi-values.ts'

/**
 * Rules of delegations (EIP-7702), which give an account the code of a contract. That code can do whatever the key of the account
 * can, so none is allowed by default.
 */
export interface DelegationOptions {
  /** The contracts that accounts may be delegated to, by `secretType`: addresses in hex with `0x`. Default: none. */
  readonly delegates?: Readonly<Record<string, readonly string[]>>
  /**
   * True if a request may ask for an authorization that is valid on every chain (chain id 0). Whoever sees it can use it on chains
   * where another contract has the address of the delegate. Default: false.
   */
  readonly anyChain?: boolean
}

/** The rules of delegations on one chain. */
export interface DelegationRules {
  /** Addresses in lower case. */
  readonly delegates: ReadonlySet<string>
  readonly anyChain: boolean
}

/** A delegation as it is signed. */
export interface Delegation {
  /** The contract, in lower case; the zero address ends a delegation. */
  readonly delegate: string
  /** The chain that the authorization is valid on; 0 for all. */
  readonly chainId: bigint
}

const zeroAddress = `0x${'0'.repeat(40)}`

/** Checks the option `custody.delegation`. @throws RangeError if a delegate is not an address */
export function assertDelegationOptions({ delegates = {} }: DelegationOptions): void {
  for (const [secretType, addresses] of Object.entries(delegates))
    for (const address of addresses)
      if (!/^0x[0-9a-fA-F]{40}$/.test(address) || !addr.isValid(address))
        throw new RangeError(`custody.delegation.delegates.${secretType} has ${address}, which is not an address`)
}

/** Returns the rules of a chain. */
export function toDelegationRules(
  { delegates = {}, anyChain = false }: DelegationOptions,
  secretType: string,
): DelegationRules {
  return { delegates: new Set((delegates[secretType] ?? []).map((address) => address.toLowerCase())), anyChain }
}

/**
 * Parses the delegation of a request; undefined if it has none.
 * @throws BillfoldError `input.invalid`, `transaction.delegation-not-allowed`
 */
export function parseDelegation(request: TransactionRequest, context: FormatContext): Delegation | undefined {
  if (request.type !== 'DELEGATION') return undefined
  const delegate = parseAbiAddress(request.delegate, 'delegate').toLowerCase()
  const isAllowed = delegate === zeroAddress || context.delegation?.delegates.has(delegate) === true
  if (!isAllowed || (request.anyChain === true && context.delegation?.anyChain !== true))
    throw new BillfoldError('transaction.delegation-not-allowed')
  return { delegate, chainId: request.anyChain === true ? 0n : BigInt(context.network.slice('eip155:'.length)) }
}

/**
 * Signs the authorization of an account that sends the transaction itself. The transaction uses the nonce before that of the
 * authorization (EIP-7702, section "Behavior").
 * @param nonce of the transaction
 */
export function signAuthorization(
  { delegate, chainId }: Delegation,
  nonce: number,
  privateKey: Uint8Array,
): AuthorizationItem {
  return authorization.sign({ chainId, address: delegate, nonce: BigInt(nonce) + 1n }, privateKey, false)
}

/** The number of nonces that a transaction uses: a delegation uses one for its authorization, too. */
export function countNonces(type: string): number {
  return type === 'DELEGATION' ? 2 : 1
}

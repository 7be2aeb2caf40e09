import { addr } from 'micro-eth-signer'

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

/** The number of nonces that a transaction uses: a delegation uses one for its authorization, too. */
export function countNonces(type: string): number {
  return type === 'DELEGATION' ? 2 : 1
}

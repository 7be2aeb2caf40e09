import { authorization, type AuthorizationItem } from 'micro-eth-signer'
import { BillfoldError } from '../../../../kernel/errors.ts'
import type { FormatContext } from '../transaction-format.ts'
import type { TransactionRequest } from '../transaction-request.ts'
import { parseAbiAddress } from './abi-values.ts'

/** A delegation as it is signed. */
export interface Delegation {
  /** The contract, in lower case; the zero address ends a delegation. */
  readonly delegate: string
  /** The chain that the authorization is valid on; 0 for all. */
  readonly chainId: bigint
}

const zeroAddress = `0x${'0'.repeat(40)}`

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

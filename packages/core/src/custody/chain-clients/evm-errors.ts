import type { BroadcastResult } from './chain-client.ts'
import { JsonRpcError } from './json-rpc.ts'

/** JSON-RPC error codes of refused transactions: geth uses -32000 for everything, other nodes follow EIP-1474. */
const refusalCodes = new Set([-32_000, -32_003, -32_602, -32_010, 3])

/**
 * Classifies an error of `eth_sendRawTransaction` by its message. The messages are not standardized, but Erigon, Nethermind,
 * Besu, Reth and Anvil largely follow geth. Returns undefined if the error may be temporary, such as a busy node or a full
 * mempool, so that the transaction is rebroadcast later.
 */
export function classifyBroadcastError(error: unknown): BroadcastResult | undefined {
  if (!(error instanceof JsonRpcError)) return undefined
  const message = error.message.toLowerCase()
  if (/already known|already imported|alreadyknown|known transaction|already in (the )?(mem)?pool/.test(message))
    return { outcome: 'accepted' }
  if (
    /nonce too low|nonce is too low|oldnonce|old nonce|replacement transaction|underpriced replacement|nonce has already/.test(
      message,
    )
  )
    return { outcome: 'nonce-taken' }
  if (
    /pool is full|pool full|too many|limit exceeded|rate limit|timeout|timed out|busy|syncing|internal error|in-?flight transaction|gapped-nonce|future transaction tries/.test(
      message,
    )
  )
    return undefined
  if (isInsufficientFunds(error)) return { outcome: 'rejected', reason: 'insufficient-funds' }
  if (
    /underpriced|less than (the )?(block )?base ?fee|(fee|gas ?price|tip|gwei)\w* too low|below .*(base ?fee|minimum)/.test(
      message,
    )
  )
    return { outcome: 'rejected', reason: 'fee-too-low' }
  return refusalCodes.has(error.code) ? { outcome: 'rejected', reason: 'not-valid' } : undefined
}

/** Returns true if the node reports insufficient funds. */
export function isInsufficientFunds(error: unknown): boolean {
  return (
    error instanceof JsonRpcError &&
    /insufficient (funds|balance)|insufficientfunds|upfront cost exceeds|exceeds allowance|out ?of ?fund/i.test(
      error.message,
    )
  )
}

/** Returns true if the node reports that a call or gas estimate reverts. */
export function isReverted(error: unknown): boolean {
  return (
    error instanceof JsonRpcError &&
    (error.code === 3 ||
      /revert|invalid(fe)? ?opcode|out ?of ?gas|gas required exceeds|vm execution/i.test(error.message))
  )
}

import type { BroadcastAnswer } from './chain-client.ts'
import { NodeError } from './json-rpc.ts'

/** Codes under which nodes refuse a transaction: geth says -32000 for everything, others are more exact (EIP-1474). */
const refusing = new Set([-32_000, -32_003, -32_602, -32_010, 3])

/**
 * What a node meant by an error to eth_sendRawTransaction. There is no standard for it but the words of geth, which
 * Erigon, Nethermind, Besu, Reth and Anvil follow more or less. Undefined when it may be no refusal: a node that is too
 * busy, or whose pool is full, is asked again later.
 */
export function refusalOf(error: unknown): BroadcastAnswer | undefined {
  if (!(error instanceof NodeError)) return undefined
  const words = error.message.toLowerCase()
  if (/already known|already imported|alreadyknown|known transaction|already in (the )?(mem)?pool/.test(words))
    return { outcome: 'accepted' }
  if (
    /nonce too low|nonce is too low|oldnonce|old nonce|replacement transaction|underpriced replacement|nonce has already/.test(
      words,
    )
  )
    return { outcome: 'nonce-taken' }
  if (
    /pool is full|pool full|too many|limit exceeded|rate limit|timeout|timed out|busy|syncing|internal error/.test(
      words,
    )
  )
    return undefined
  if (isShortOfFunds(error)) return { outcome: 'refused', reason: 'insufficient-funds' }
  if (
    /underpriced|less than (the )?(block )?base ?fee|(fee|gas ?price|tip|gwei)\w* too low|below .*(base ?fee|minimum)/.test(
      words,
    )
  )
    return { outcome: 'refused', reason: 'fee-too-low' }
  return refusing.has(error.code) ? { outcome: 'refused', reason: 'not-valid' } : undefined
}

/** Whether a node says that an account cannot pay. */
export function isShortOfFunds(error: unknown): boolean {
  return (
    error instanceof NodeError &&
    /insufficient (funds|balance)|insufficientfunds|upfront cost exceeds|exceeds allowance|out ?of ?fund/i.test(
      error.message,
    )
  )
}

/** Whether a node says that a call or an estimate would be reverted. */
export function isReverted(error: unknown): boolean {
  return (
    error instanceof NodeError &&
    (error.code === 3 || /revert|invalid opcode|out of gas|gas required exceeds|vm execution/i.test(error.message))
  )
}

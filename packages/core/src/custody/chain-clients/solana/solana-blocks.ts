import { z } from 'zod'
import type { SolanaClient } from '../chain-client.ts'
import { withFailover } from '../failover.ts'
import type { JsonRpcCall } from '../json-rpc.ts'

/** What a transaction has added to an account. */
export interface SolanaIncrease {
  /** The hash of the transaction, in base58. */
  readonly hash: string
  /** The account, or the owner of a token account. */
  readonly address: string
  /** Absent for SOL. */
  readonly mint: string | undefined
  /** In minor units, above 0. */
  readonly amount: bigint
}

/** A client of a node of Solana that also reads whole blocks. A block is numbered by its slot. */
export interface SolanaBlockClient extends SolanaClient {
  /** Fetches the slot of the newest finalized block. */
  readonly finalSlot: () => Promise<number>
  /** Lists the slots from the first to the last that have a finalized block. Throws if the last is not final. */
  readonly listSlots: (first: number, last: number) => Promise<readonly number[]>
  /** Lists what the successful transactions of a block have added to accounts, in a fixed order. Throws if the node does not have the block. */
  readonly increases: (slot: number) => Promise<readonly SolanaIncrease[]>
}

const count = z.int().nonnegative()
const base58 = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{32,88}$/)
const tokenBalance = z.object({
  accountIndex: count,
  mint: base58,
  owner: base58.optional(),
  uiTokenAmount: z.object({ amount: z.string().regex(/^[0-9]{1,20}$/) }),
})
const blockShape = z.object({
  transactions: z.array(
    z.object({
      transaction: z.object({ signatures: z.array(base58).min(1), accountKeys: z.array(z.object({ pubkey: base58 })) }),
      meta: z.object({
        err: z.unknown(),
        preBalances: z.array(count),
        postBalances: z.array(count),
        preTokenBalances: z.array(tokenBalance).default([]),
        postTokenBalances: z.array(tokenBalance).default([]),
      }),
    }),
  ),
})
type BlockTransaction = z.output<typeof blockShape>['transactions'][number]

/** Creates the queries of whole blocks over JSON-RPC. */
export function createSolanaBlocks(
  rpc: JsonRpcCall,
  nodes: readonly JsonRpcCall[],
): Pick<SolanaBlockClient, 'finalSlot' | 'listSlots' | 'increases'> {
  const finalized = { commitment: 'finalized' } as const
  const query = { ...finalized, transactionDetails: 'accounts', rewards: false, maxSupportedTransactionVersion: 0 }
  return {
    finalSlot: async () => count.parse(await rpc('getSlot', [finalized])),
    listSlots: withFailover(
      nodes.map((node) => async (first: number, last: number) => {
        // A node that is behind lists no slot that it does not have, as if it had been skipped.
        if (count.parse(await node('getSlot', [finalized])) < last)
          throw new Error(`slot ${last} is not final on the node`)
        return z.array(count).parse(await node('getBlocks', [first, last, finalized]))
      }),
    ),
    increases: async (slot) => {
      const { transactions } = blockShape.parse(await rpc('getBlock', [slot, query]))
      return transactions.flatMap(listIncreases)
    },
  }
}

/** A transaction that has failed moves nothing but its fee. */
function listIncreases({ transaction, meta }: BlockTransaction): readonly SolanaIncrease[] {
  if (meta.err !== null && meta.err !== undefined) return []
  const [hash = ''] = transaction.signatures
  const coins = transaction.accountKeys.map(({ pubkey }, index) => ({
    hash,
    address: pubkey,
    mint: undefined,
    amount: BigInt(meta.postBalances[index] ?? 0) - BigInt(meta.preBalances[index] ?? 0),
  }))
  const before = new Map(meta.preTokenBalances.map((one) => [one.accountIndex, BigInt(one.uiTokenAmount.amount)]))
  const tokens = meta.postTokenBalances.flatMap(({ accountIndex, mint, owner, uiTokenAmount }) =>
    owner === undefined
      ? []
      : [{ hash, address: owner, mint, amount: BigInt(uiTokenAmount.amount) - (before.get(accountIndex) ?? 0n) }],
  )
  return [...coins, ...tokens].filter(({ amount }) => amount > 0n)
}

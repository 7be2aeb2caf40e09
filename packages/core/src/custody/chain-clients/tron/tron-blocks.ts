import { z } from 'zod'
import { encodeBase58check } from '../../wallets/chains/base58.ts'
import type { TronClient } from '../chain-client.ts'

/** What a transaction of a block has transferred. Addresses are in base58check (`T…`). */
export interface TronBlockTransfer {
  /** 64 hex digits. */
  readonly txid: string
  readonly from: string
  readonly to: string
  /** In sun, or in minor units of the token. */
  readonly amount: bigint
  /** The contract of a token (TRC-20). Absent for TRX. */
  readonly token: string | undefined
}

/** A block and its transfers of TRX, in their order. */
export interface TronBlock {
  /** 64 hex digits. */
  readonly hash: string
  readonly parentHash: string
  readonly transfers: readonly TronBlockTransfer[]
  /** How many transactions it has. */
  readonly transactionCount: number
}

/** A client of a TRON node that also reads whole blocks. */
export interface TronBlockClient extends TronClient {
  /** Fetches the number of the newest block that is solidified. */
  readonly solidBlock: () => Promise<number>
  /** Fetches a block. Throws if the node does not have it. */
  readonly block: (number: number) => Promise<TronBlock>
  /**
   * Lists the transfers of tokens in a block (`Transfer` of TRC-20), in their order. Throws if the node does not have the results of all of its
   * transactions.
   */
  readonly tokenTransfers: (number: number, transactionCount: number) => Promise<readonly TronBlockTransfer[]>
}

type Post = (path: string, json?: unknown) => Promise<unknown>

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const address = z
  .string()
  .regex(/^41[0-9a-f]{40}$/i)
  .transform(toBase58)
const transferShape = z.object({
  amount: z.int().nonnegative().transform(BigInt),
  owner_address: address,
  to_address: address,
})
const blockShape = z.object({
  blockID: hash,
  block_header: z.object({ raw_data: z.object({ number: z.int().nonnegative().default(0), parentHash: hash }) }),
  transactions: z
    .array(
      z.object({
        txID: hash,
        ret: z.array(z.object({ contractRet: z.string().optional() })).default([]),
        raw_data: z.object({
          contract: z.array(z.object({ type: z.string(), parameter: z.object({ value: z.unknown() }) })),
        }),
      }),
    )
    .default([]),
})
const word = z.string().regex(/^[0-9a-f]{64}$/i)
const infosShape = z.array(
  z.object({
    id: hash,
    log: z
      .array(z.object({ address: z.string(), topics: z.array(word).default([]), data: z.string().default('') }))
      .default([]),
  }),
)

/** The first topic of `Transfer(address,address,uint256)`. */
const transferTopic = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'

/** Fetches a block and its transfers of TRX, of transactions that have succeeded. */
export async function fetchTronBlock(post: Post, number: number): Promise<TronBlock> {
  const {
    blockID,
    block_header: header,
    transactions,
  } = blockShape.parse(await post('/wallet/getblockbynum', { num: number }))
  if (header.raw_data.number !== number) throw new Error(`node has another block than ${number}`)
  const transfers = transactions.flatMap(({ txID: txid, ret, raw_data: { contract } }) => {
    const hasSucceeded = ret.every(({ contractRet = 'SUCCESS' }) => contractRet === 'SUCCESS')
    return contract.flatMap(({ type, parameter }) => {
      if (type !== 'TransferContract' || !hasSucceeded) return []
      const { amount, owner_address: from, to_address: to } = transferShape.parse(parameter.value)
      return [{ txid, from, to, amount, token: undefined }]
    })
  })
  return { hash: blockID, parentHash: header.raw_data.parentHash, transfers, transactionCount: transactions.length }
}

/** Lists the transfers of tokens in a block. A transaction that has failed has no logs. */
export async function fetchTokenTransfers(
  post: Post,
  number: number,
  transactionCount: number,
): Promise<readonly TronBlockTransfer[]> {
  const infos = infosShape.parse(await post('/wallet/gettransactioninfobyblocknum', { num: number }))
  if (infos.length !== transactionCount) throw new Error(`node lacks results of block ${number}`)
  return infos.flatMap(({ id: txid, log }) =>
    log.flatMap(({ address: contract, topics: [topic, from, to, ...more], data }) => {
      // A fourth topic is the id of a non-fungible token.
      if (topic?.toLowerCase() !== transferTopic || from === undefined || to === undefined || more.length > 0) return []
      if (!/^[0-9a-f]{64}$/i.test(data) || !/^[0-9a-f]{40}$/i.test(contract)) return []
      const [sender, recipient] = [from, to].map((padded) => toBase58(`41${padded.slice(24)}`))
      return sender === undefined || recipient === undefined
        ? []
        : [{ txid, from: sender, to: recipient, amount: BigInt(`0x${data}`), token: toBase58(`41${contract}`) }]
    }),
  )
}

function toBase58(hex: string): string {
  return encodeBase58check(Uint8Array.from(Buffer.from(hex, 'hex')))
}

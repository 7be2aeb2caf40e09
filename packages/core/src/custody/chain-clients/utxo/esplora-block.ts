import { z } from 'zod'
import type { UtxoBlock } from './utxo-blocks.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const hex = z.string().regex(/^([0-9a-f]{2})*$/)
const amount = z.int().nonnegative().transform(BigInt)
const blockShape = z.object({
  id: hash,
  previousblockhash: hash.nullish(),
  tx_count: z.int().nonnegative().max(100_000),
})
const output = z.object({ scriptpubkey: hex, scriptpubkey_address: z.string().optional(), value: amount })
const transactionsShape = z.array(
  z.object({
    txid: hash,
    vin: z.array(z.object({ prevout: z.object({ scriptpubkey: hex }).nullish() })),
    vout: z.array(output),
  }),
)

/** Transactions of a page. */
const pageSize = 25

/** Fetches a block with its transactions, page by page. A page that is short is an error. */
export async function fetchEsploraBlock(
  get: (path: string) => Promise<unknown>,
  getText: (path: string) => Promise<string>,
  number: number,
): Promise<UtxoBlock> {
  const id = hash.parse((await getText(`/block-height/${number}`)).trim())
  const block = blockShape.parse(await get(`/block/${id}`))
  const transactions: z.output<typeof transactionsShape> = []
  for (let start = 0; start < block.tx_count; start += pageSize)
    transactions.push(...transactionsShape.parse(await get(`/block/${id}/txs/${start}`)))
  if (block.id !== id || transactions.length !== block.tx_count) throw new Error(`block ${number} is incomplete`)
  return {
    hash: id,
    parentHash: block.previousblockhash ?? undefined,
    transactions: transactions.map(({ txid, vin, vout }) => ({
      txid,
      spentScripts: new Set(vin.flatMap(({ prevout }) => prevout?.scriptpubkey ?? [])),
      outputs: vout.map(({ scriptpubkey, scriptpubkey_address: address, value }) => ({
        script: scriptpubkey,
        address,
        amount: value,
      })),
    })),
  }
}

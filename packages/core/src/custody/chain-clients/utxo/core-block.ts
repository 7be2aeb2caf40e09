import { createHash } from 'node:crypto'
import { ripemd160 } from '@noble/hashes/legacy.js'
import { z } from 'zod'
import type { JsonRpcCall } from '../json-rpc.ts'
import { coinAmount } from './core-amount.ts'
import type { UtxoBlock } from './utxo-blocks.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const hex = z.string().regex(/^([0-9a-f]{2})*$/)
const script = z.object({ hex, address: z.string().optional(), addresses: z.array(z.string()).optional() })
const blockShape = z.object({
  hash,
  previousblockhash: hash.optional(),
  tx: z.array(
    z.object({
      txid: hash,
      vin: z.array(z.object({ txinwitness: z.array(hex).default([]) })),
      vout: z.array(z.object({ value: coinAmount, scriptPubKey: script })),
    }),
  ),
})

/** Fetches a block with its transactions (`getblock` with verbosity 2), which has no outputs that are spent, but what spends them. */
export async function fetchCoreBlock(rpc: JsonRpcCall, number: number): Promise<UtxoBlock> {
  const found = blockShape.parse(await rpc('getblock', [await rpc('getblockhash', [number]), 2]))
  return {
    hash: found.hash,
    parentHash: found.previousblockhash,
    transactions: found.tx.map(({ txid, vin, vout }) => ({
      txid,
      spentScripts: new Set(vin.flatMap(({ txinwitness }) => toSpentScript(txinwitness))),
      outputs: vout.map(({ value, scriptPubKey: { hex: spendable, address, addresses = [] } }) => ({
        script: spendable,
        amount: value,
        // Before version 22, a list, which has several for a bare multisignature.
        address: address ?? (addresses.length === 1 ? addresses[0] : undefined),
      })),
    })),
  }
}

/** The script of P2WPKH, whose witness is a signature and the public key. */
function toSpentScript(witness: readonly string[]): readonly string[] {
  const [, publicKey = ''] = witness
  if (witness.length !== 2 || !/^0[23][0-9a-f]{64}$/.test(publicKey)) return []
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'hex')).digest()
  return [`0014${Buffer.from(ripemd160(digest)).toString('hex')}`]
}

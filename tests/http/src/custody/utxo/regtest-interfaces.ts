import { address as addresses } from 'bitcoinjs-lib'
import { z } from 'zod'
import { type RegtestChain, type RegtestCoin, Refusal } from './regtest-chain.ts'

interface Answer {
  readonly status: number
  readonly text: string
}

/** Answers a request of the Esplora HTTP API. */
export function answerEsplora(chain: RegtestChain, feeRate: number, path: string, body: string): Answer {
  const [, first = '', second = '', third = '', fourth = ''] = path.split('/').map(decodeURIComponent)
  if (first === 'block-height') return text(chain.blockHash(Number(second)) ?? '')
  if (first === 'block') return describeBlock(chain, second, fourth)
  if (path === '/blocks/tip/height') return text(String(chain.height()))
  if (path === '/fee-estimates') return json({ 1: feeRate * 2, 3: feeRate, 25: 1 })
  if (path === '/tx') return submit(chain, body)
  if (first === 'address') return third === 'utxo' ? listUnspent(chain, second) : describeAddress(chain, second)
  if (first !== 'tx') return { status: 404, text: 'not found' }
  if (third === 'outspend') return describeSpender(chain, second, Number(fourth))
  const found = chain.findTransaction(second)
  return found === undefined
    ? { status: 404, text: 'Transaction not found' }
    : json({ status: toStatus(chain, found.height) })
}

function submit(chain: RegtestChain, hex: string): Answer {
  try {
    return text(chain.submit(hex))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { code, message } = error
    return { status: 400, text: `sendrawtransaction RPC error: ${JSON.stringify({ code, message })}` }
  }
}

const pageSize = 25

/** A block, or a page of its transactions. */
function describeBlock(chain: RegtestChain, id: string, start: string): Answer {
  const height = findHeight(chain, id)
  const transactions = chain.listTransactions(height)
  if (start === '')
    return json({
      id,
      height,
      timestamp: 0,
      previousblockhash: chain.blockHash(height - 1) ?? null,
      tx_count: transactions.length,
    })
  return json(
    transactions.slice(Number(start), Number(start) + pageSize).map((transaction) => ({
      txid: transaction.getId(),
      vin: transaction.ins.map(({ hash, index }) => {
        const spent = chain.findTransaction(Buffer.from(hash).reverse().toString('hex'))?.transaction.outs[index]
        return { prevout: spent === undefined ? null : { scriptpubkey: toHex(spent.script) } }
      }),
      vout: transaction.outs.map(({ script, value }) => ({
        scriptpubkey: toHex(script),
        scriptpubkey_address: addresses.fromOutputScript(script, chain.network),
        value: Number(value),
      })),
    })),
  )
}

/** What `getblock` shows with verbosity 2. */
function decodeBlock(chain: RegtestChain, hash: string): object {
  const height = findHeight(chain, hash)
  return {
    hash,
    height,
    ...(height > 0 && { previousblockhash: chain.blockHash(height - 1) }),
    tx: chain.listTransactions(height).map((transaction) => ({
      txid: transaction.getId(),
      vin: transaction.ins.map(({ witness }) => (witness.length === 0 ? {} : { txinwitness: witness.map(toHex) })),
      vout: transaction.outs.map(({ script, value }) => ({
        value: Number(value) / 1e8,
        scriptPubKey: { hex: toHex(script), address: addresses.fromOutputScript(script, chain.network) },
      })),
    })),
  }
}

function findHeight(chain: RegtestChain, hash: string): number {
  return Array.from({ length: chain.height() + 1 }, (_, at) => chain.blockHash(at)).indexOf(hash)
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function describeAddress(chain: RegtestChain, address: string): Answer {
  const funded = chain.listCoins(address).reduce((sum, { value }) => sum + value, 0n)
  return json({ chain_stats: { funded_txo_sum: Number(funded), spent_txo_sum: 0 } })
}

function listUnspent(chain: RegtestChain, address: string): Answer {
  const isUnspent = ({ txid, vout }: RegtestCoin): boolean => chain.findSpender(txid, vout) === undefined
  const confirmed = chain.listCoins(address).filter(isUnspent)
  const pending = chain.listMempoolCoins(address).map((coin) => ({ ...coin, height: undefined }))
  return json(
    [...confirmed, ...pending].map(({ txid, vout, value, height }) => ({
      txid,
      vout,
      value: Number(value),
      status: toStatus(chain, height),
    })),
  )
}

function describeSpender(chain: RegtestChain, txid: string, vout: number): Answer {
  if (chain.findTransaction(txid) === undefined) return { status: 404, text: 'Transaction not found' }
  const spender = chain.findSpender(txid, vout)
  if (spender === undefined) return json({ spent: false })
  return json({ spent: true, txid: spender.txid, status: toStatus(chain, spender.height) })
}

function toStatus(chain: RegtestChain, height: number | undefined): object {
  return height === undefined
    ? { confirmed: false }
    : { confirmed: true, block_height: height, block_hash: chain.blockHash(height) }
}

const call = z.object({ id: z.unknown(), method: z.string(), params: z.array(z.unknown()) })

/** Answers a request of the JSON-RPC of Bitcoin Core. */
export function answerCore(chain: RegtestChain, feeRate: number, body: string): Answer {
  const { id, method, params } = call.parse(JSON.parse(body))
  try {
    return json({ id, error: null, result: answerMethod(chain, feeRate, method, params) })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return {
      status: 500,
      text: JSON.stringify({ id, result: null, error: { code: error.code, message: error.message } }),
    }
  }
}

function answerMethod(chain: RegtestChain, feeRate: number, method: string, params: readonly unknown[]): unknown {
  const [first, second] = params
  switch (method) {
    case 'getblockhash':
      return chain.blockHash(Number(first))
    case 'getblockcount':
      return chain.height()
    case 'scantxoutset':
      return scan(chain, z.array(z.string()).parse(second)[0] ?? '')
    case 'estimatesmartfee':
      return { feerate: feeRate / 100_000, blocks: Number(first) }
    case 'getmempoolinfo':
      return { mempoolminfee: 0.000_01, minrelaytxfee: 0.000_01 }
    case 'sendrawtransaction':
      return chain.submit(String(first))
    case 'getmempoolentry':
      if (!chain.mempool.has(String(first))) throw new Refusal(-5, 'Transaction not in mempool')
      return {}
    case 'getrawtransaction':
      return describeTransaction(chain, String(first))
    case 'getblockheader':
      return { height: findHeight(chain, String(first)), time: 0 }
    case 'getblock':
      return decodeBlock(chain, String(first))
    case 'gettxout': {
      const spender = chain.findSpender(String(first), Number(second))
      const found = chain.findTransaction(String(first))
      return found?.height === undefined || spender?.height !== undefined ? null : { confirmations: 1 }
    }
    default:
      throw new Refusal(-32_601, 'Method not found')
  }
}

function scan(chain: RegtestChain, descriptor: string): object {
  const address = /^addr\((.*)\)$/.exec(descriptor)?.[1] ?? ''
  const unspents = chain
    .listCoins(address)
    .map(({ txid, vout, value, height }) => ({ txid, vout, amount: Number(value) / 1e8, height }))
  return { success: true, height: chain.height(), unspents }
}

function describeTransaction(chain: RegtestChain, txid: string): object {
  const found = chain.findTransaction(txid)
  if (found === undefined) throw new Refusal(-5, 'No such mempool or blockchain transaction')
  if (found.height === undefined) return {}
  return { confirmations: chain.height() - found.height + 1, blockhash: chain.blockHash(found.height) }
}

function json(value: unknown): Answer {
  return { status: 200, text: JSON.stringify(value) }
}

function text(value: string): Answer {
  return { status: 200, text: value }
}

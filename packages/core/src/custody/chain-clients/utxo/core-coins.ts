import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import type { Coin } from '../chain-client.ts'
import { type JsonRpcCall, JsonRpcError } from '../json-rpc.ts'
import { coinAmount } from './core-amount.ts'

const txid = z.string().regex(/^[0-9a-f]{64}$/)
const index = z.int().nonnegative()
const scanShape = z.object({
  height: z.int().nonnegative(),
  unspents: z.array(z.object({ txid, vout: index, amount: coinAmount, height: z.int().nonnegative() })),
})
const unspentShape = z.array(z.object({ txid, vout: index, amount: coinAmount, confirmations: z.int().nonnegative() }))
const addressShape = z.object({ ismine: z.boolean(), iswatchonly: z.boolean() })
const descriptorShape = z.object({ descriptor: z.string().max(200) })
const importShape = z.array(z.object({ success: z.boolean() }))

/** The maximum number of confirmations in `listunspent`. */
const anyConfirmations = 9_999_999

/** Another scan is in progress (RPC_INVALID_PARAMETER). */
const scanInProgress = -8
const scanIntervalMs = 50

/** The wallet is a legacy one (RPC_WALLET_ERROR), as those of Litecoin Core. */
const walletError = -4

/** Creates a function that lists the coins of an address that are in a block: from a watch-only wallet, or by a scan of the UTXO set. */
export function listCoins(
  rpc: JsonRpcCall,
  walletRpc: JsonRpcCall | undefined,
  timeoutMs: number,
): (address: string) => Promise<readonly Coin[]> {
  if (walletRpc === undefined) return scanCoins(rpc, timeoutMs)
  const imported = new Set<string>()
  return async (address) => {
    if (!imported.has(address)) await importAddress(rpc, walletRpc, address)
    imported.add(address)
    return unspentShape.parse(await walletRpc('listunspent', [1, anyConfirmations, [address]]))
  }
}

/** A node runs one scan at a time, so they wait for each other. */
function scanCoins(rpc: JsonRpcCall, timeoutMs: number): (address: string) => Promise<readonly Coin[]> {
  let last: Promise<unknown> = Promise.resolve()
  const scan = async (address: string): Promise<readonly Coin[]> => {
    const found = scanShape.parse(await startScan(rpc, address, timeoutMs))
    return found.unspents.map(({ height, ...coin }) => ({ ...coin, confirmations: found.height - height + 1 }))
  }
  return (address) => {
    const next = last.then(() => scan(address))
    last = next.catch(() => undefined)
    return next
  }
}

/** Starts a scan, once that of another process has ended. */
async function startScan(rpc: JsonRpcCall, address: string, timeoutMs: number): Promise<unknown> {
  for (let waited = 0; ; waited += scanIntervalMs) {
    try {
      return await rpc('scantxoutset', ['start', [`addr(${address})`]])
    } catch (error) {
      if (!(error instanceof JsonRpcError) || error.code !== scanInProgress || waited >= timeoutMs) throw error
      await setTimeout(scanIntervalMs * (0.5 + Math.random()))
    }
  }
}

/** Imports an address without a rescan: what it received before is seen after `rescanblockchain`. */
async function importAddress(rpc: JsonRpcCall, walletRpc: JsonRpcCall, address: string): Promise<void> {
  const { ismine, iswatchonly } = addressShape.parse(await walletRpc('getaddressinfo', [address]))
  if (ismine || iswatchonly) return
  const { descriptor } = descriptorShape.parse(await rpc('getdescriptorinfo', [`addr(${address})`]))
  try {
    const results = importShape.parse(
      await walletRpc('importdescriptors', [[{ desc: descriptor, timestamp: 'now', label: 'billfold' }]]),
    )
    if (!results.every(({ success }) => success)) throw new Error('node does not import the address')
  } catch (error) {
    if (!(error instanceof JsonRpcError) || error.code !== walletError) throw error
    await walletRpc('importaddress', [address, 'billfold', false])
  }
}

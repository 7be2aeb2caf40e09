import { Transaction } from 'micro-eth-signer'
import type { BroadcastResult, EvmClient } from '../custody/chain-clients/index.ts'

/** A transaction in the pool or in a block of a fake chain. */
export interface FakeTransaction {
  readonly hash: string
  readonly from: string
  readonly to: string
  readonly nonce: number
  readonly value: bigint
  readonly gasPrice?: bigint
}

/** An in-memory EVM chain that enforces nonces and balances, with configurable faults. Gas is free. */
export interface FakeChain {
  readonly client: EvmClient
  readonly balances: Map<string, bigint>
  readonly pool: Map<string, FakeTransaction>
  readonly mined: FakeTransaction[]
  /** The behaviour of the next `broadcast` calls; `ok` when empty. `lost` accepts the transaction, then fails. */
  readonly broadcasts: ('ok' | 'fails' | 'hangs' | 'lost')[]
  /** The suggested gas price, which is also the minimum price for mining; initially 0. */
  readonly price: { now: bigint }
  /** Mines all executable transactions, then `blocks` empty blocks. */
  readonly mine: (blocks?: number) => void
}

/** Creates a chain on which every address has 1,000 coins unless set in `balances`. */
export function fakeChain(): FakeChain {
  const balances = new Map<string, bigint>()
  const pool = new Map<string, FakeTransaction>()
  const mined: FakeTransaction[] = []
  const heights = new Map<string, number>()
  const price = { now: 0n }
  let height = 0
  const getBalance = (address: string): bigint => balances.get(address) ?? 1000n * 10n ** 18n
  const countMined = (address: string): number => mined.filter(({ from }) => from === address).length
  const waiting = (address: string): FakeTransaction[] => [...pool.values()].filter(({ from }) => from === address)

  const accept = (transaction: FakeTransaction): BroadcastResult => {
    const { from, hash, nonce, value } = transaction
    if (pool.has(hash)) return { outcome: 'accepted' }
    const others = waiting(from)
    const same = others.find((other) => other.nonce === nonce)
    if (nonce < countMined(from) || (same !== undefined && !isReplacement(transaction, same)))
      return { outcome: 'nonce-taken' }
    const spent = others.reduce((sum, other) => sum + (other === same ? 0n : other.value), value)
    if (spent > getBalance(from)) return { outcome: 'rejected', reason: 'insufficient-funds' }
    if (same !== undefined) pool.delete(same.hash)
    pool.set(hash, transaction)
    return { outcome: 'accepted' }
  }

  const broadcasts: FakeChain['broadcasts'] = []
  const mine = (blocks = 0): void => {
    height++
    for (const [hash, transaction] of [...pool].sort(([, one], [, other]) => one.nonce - other.nonce)) {
      if (transaction.nonce !== countMined(transaction.from) || (transaction.gasPrice ?? 0n) < price.now) continue
      pool.delete(hash)
      mined.push(transaction)
      heights.set(hash, height)
      balances.set(transaction.from, getBalance(transaction.from) - transaction.value)
      balances.set(transaction.to, getBalance(transaction.to) + transaction.value)
    }
    height += blocks
  }

  const node = { price, getBalance, countMined, waiting, accept, pool, heights, height: () => height }
  return { client: createClient(node, broadcasts), balances, pool, mined, broadcasts, price, mine }
}

/** Nodes require a replacement to offer an eighth more. */
function isReplacement({ gasPrice: higher = 0n }: FakeTransaction, { gasPrice: lower = 0n }: FakeTransaction): boolean {
  return higher > lower && higher * 8n >= lower * 9n
}

function readTransaction(raw: Uint8Array): FakeTransaction {
  const signed = Transaction.fromBytes(raw)
  const { to, nonce, value } = signed.raw
  const gasPrice = 'gasPrice' in signed.raw ? signed.raw.gasPrice : signed.raw.maxFeePerGas
  return { hash: signed.hash, from: signed.sender, to, nonce: Number(nonce), value, gasPrice }
}

/** The state that the client reads. */
interface Node {
  readonly price: { readonly now: bigint }
  readonly getBalance: (address: string) => bigint
  readonly countMined: (address: string) => number
  readonly waiting: (address: string) => readonly FakeTransaction[]
  readonly accept: (transaction: FakeTransaction) => BroadcastResult
  readonly pool: ReadonlyMap<string, FakeTransaction>
  readonly heights: ReadonlyMap<string, number>
  readonly height: () => number
}

function createClient(node: Node, broadcasts: FakeChain['broadcasts']): EvmClient {
  return {
    family: 'evm',
    network: 'eip155:31337',
    timeoutMs: 50,
    balance: async (address) => node.getBalance(address),
    blockNumber: async () => node.height(),
    nonces: async (address) => {
      const count = node.countMined(address)
      const nonces = new Set(node.waiting(address).map(({ nonce }) => nonce))
      let next = count
      while (nonces.has(next)) next++
      return { mined: count, next }
    },
    broadcast: async (raw) => {
      const behaviour = broadcasts.shift() ?? 'ok'
      if (behaviour === 'hangs') return new Promise(() => {})
      if (behaviour === 'fails') throw new Error('The node does not respond')
      const result = node.accept(readTransaction(raw))
      if (behaviour === 'lost') throw new Error('The response was lost')
      return result
    },
    status: async (hash) => {
      const minedAt = node.heights.get(hash)
      if (minedAt !== undefined)
        return { state: 'mined', confirmations: node.height() - minedAt + 1, blockNumber: minedAt }
      return { state: node.pool.has(hash) ? 'pending' : 'unknown', confirmations: 0 }
    },
    fees: async () => ({ gasPrice: node.price.now }),
    estimateGas: async () => 21_000n,
    call: async () => new Uint8Array(),
  }
}

import { Transaction } from 'micro-eth-signer'
import type { BroadcastAnswer, EvmClient } from '../chain-clients/index.ts'

/** A transaction that a fake chain has, in its pool or in a block. */
export interface FakeTransaction {
  readonly hash: string
  readonly from: string
  readonly to: string
  readonly nonce: number
  readonly value: bigint
  readonly gasPrice?: bigint
}

/** An EVM chain in memory: as strict about nonces and funds as a node, and as unreliable as a test wants. Nobody pays for gas. */
export interface FakeChain {
  readonly client: EvmClient
  readonly balances: Map<string, bigint>
  readonly pool: Map<string, FakeTransaction>
  readonly mined: FakeTransaction[]
  /** What the next calls of `broadcast` do: `ok` once the list is empty. `lost` takes the transaction and then fails. */
  readonly broadcasts: ('ok' | 'fails' | 'hangs' | 'lost')[]
  /** What the node advises to offer for gas, and what those offer at least that are mined: 0 at first. */
  readonly price: { now: bigint }
  /** Mines all that can be mined, and `blocks` blocks more. */
  readonly mine: (blocks?: number) => void
}

/** A chain on which everybody has 1,000 coins, unless `balances` says otherwise. */
export function fakeChain(): FakeChain {
  const balances = new Map<string, bigint>()
  const pool = new Map<string, FakeTransaction>()
  const mined: FakeTransaction[] = []
  const heights = new Map<string, number>()
  const price = { now: 0n }
  let height = 0
  const balanceOf = (address: string): bigint => balances.get(address) ?? 1000n * 10n ** 18n
  const countOf = (address: string): number => mined.filter(({ from }) => from === address).length
  const waiting = (address: string): FakeTransaction[] => [...pool.values()].filter(({ from }) => from === address)

  const take = (transaction: FakeTransaction): BroadcastAnswer => {
    const { from, hash, nonce, value } = transaction
    if (pool.has(hash)) return { outcome: 'accepted' }
    const others = waiting(from)
    const same = others.find((other) => other.nonce === nonce)
    if (nonce < countOf(from) || (same !== undefined && !isDearer(transaction, same))) return { outcome: 'nonce-taken' }
    const spent = others.reduce((sum, other) => sum + (other === same ? 0n : other.value), value)
    if (spent > balanceOf(from)) return { outcome: 'refused', reason: 'insufficient-funds' }
    if (same !== undefined) pool.delete(same.hash)
    pool.set(hash, transaction)
    return { outcome: 'accepted' }
  }

  const broadcasts: FakeChain['broadcasts'] = []
  const mine = (blocks = 0): void => {
    height++
    for (const [hash, transaction] of [...pool].sort(([, one], [, other]) => one.nonce - other.nonce)) {
      if (transaction.nonce !== countOf(transaction.from) || (transaction.gasPrice ?? 0n) < price.now) continue
      pool.delete(hash)
      mined.push(transaction)
      heights.set(hash, height)
      balances.set(transaction.from, balanceOf(transaction.from) - transaction.value)
      balances.set(transaction.to, balanceOf(transaction.to) + transaction.value)
    }
    height += blocks
  }

  const node = { price, balanceOf, countOf, waiting, take, pool, heights, height: () => height }
  return { client: clientOf(node, broadcasts), balances, pool, mined, broadcasts, price, mine }
}

/** As nodes ask of a replacement: an eighth more. */
function isDearer({ gasPrice: higher = 0n }: FakeTransaction, { gasPrice: lower = 0n }: FakeTransaction): boolean {
  return higher > lower && higher * 8n >= lower * 9n
}

function readTransaction(raw: Uint8Array): FakeTransaction {
  const signed = Transaction.fromBytes(raw)
  const { to, nonce, value } = signed.raw
  const gasPrice = 'gasPrice' in signed.raw ? signed.raw.gasPrice : signed.raw.maxFeePerGas
  return { hash: signed.hash, from: signed.sender, to, nonce: Number(nonce), value, gasPrice }
}

/** What a client asks. */
interface Node {
  readonly price: { readonly now: bigint }
  readonly balanceOf: (address: string) => bigint
  readonly countOf: (address: string) => number
  readonly waiting: (address: string) => readonly FakeTransaction[]
  readonly take: (transaction: FakeTransaction) => BroadcastAnswer
  readonly pool: ReadonlyMap<string, FakeTransaction>
  readonly heights: ReadonlyMap<string, number>
  readonly height: () => number
}

function clientOf(node: Node, broadcasts: FakeChain['broadcasts']): EvmClient {
  return {
    family: 'evm',
    network: 'eip155:31337',
    timeoutMs: 50,
    balance: async (address) => node.balanceOf(address),
    nonces: async (address) => {
      const count = node.countOf(address)
      const nonces = new Set(node.waiting(address).map(({ nonce }) => nonce))
      let next = count
      while (nonces.has(next)) next++
      return { mined: count, next }
    },
    broadcast: async (raw) => {
      const behaviour = broadcasts.shift() ?? 'ok'
      if (behaviour === 'hangs') return new Promise(() => {})
      if (behaviour === 'fails') throw new Error('the node does not answer')
      const answer = node.take(readTransaction(raw))
      if (behaviour === 'lost') throw new Error('the answer was lost')
      return answer
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

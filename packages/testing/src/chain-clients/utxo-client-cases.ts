import assert from 'node:assert/strict'
import type { Coin, UtxoClient } from '@billfold/core'

/** What a test transaction spends and pays. */
export interface UtxoPayment {
  /** Coins of the funded address. */
  readonly coins: readonly Coin[]
  /** The amount that the funded address pays to itself; the rest of the coins is the fee. */
  readonly amount: bigint
}

/** A chain of the Bitcoin family under test and its client. The chain must not mine on its own. */
export interface UtxoChainUnderTest {
  readonly client: UtxoClient
  /** An address with two coins of 1,000,000 minor units or more, each in a block, used by this case only. */
  readonly address: string
  /** An address unknown to the chain. */
  readonly unusedAddress: string
  /** Signs a replaceable payment (BIP-125) of the funded address to itself. */
  readonly signPayment: (payment: UtxoPayment) => { readonly raw: Uint8Array; readonly hash: string }
  /** Mines all pending transactions into one block. */
  readonly mine: () => Promise<void>
  /** Makes the node unreachable for the rest of the case. */
  readonly stopNode: () => Promise<void>
  /** Releases the chain after the case. */
  readonly close: () => Promise<void>
}

/** One requirement of the contract. `run` rejects if the client violates it. */
export interface UtxoClientCase {
  readonly name: string
  readonly run: (chain: UtxoChainUnderTest) => Promise<void>
}

/** A fee that nodes relay, in minor units. */
const fee = 20_000n

async function listCoins({ client, address }: UtxoChainUnderTest): Promise<readonly [Coin, Coin]> {
  const [first, second] = (await client.unspent(address)).filter(({ confirmations }) => confirmations > 0)
  assert.ok(first !== undefined && second !== undefined)
  return [first, second]
}

/** The contract of {@link UtxoClient}, one case per requirement. Each case needs its own chain or address. */
export const utxoClientCases: readonly UtxoClientCase[] = [
  {
    name: 'reports its network as the CAIP-2 id of its first block',
    run: async ({ client }) => {
      assert.match(client.network, /^bip122:[0-9a-f]{32}$/)
    },
  },
  {
    name: 'returns the sum of the coins in blocks as the balance, and 0 for an unknown address',
    run: async (chain) => {
      const coins = await listCoins(chain)
      assert.equal(await chain.client.balance(chain.address), coins[0].amount + coins[1].amount)
      assert.equal(await chain.client.balance(chain.unusedAddress), 0n)
      assert.deepEqual(await chain.client.unspent(chain.unusedAddress), [])
    },
  },
  {
    name: 'recommends a fee rate of at least what nodes relay',
    run: async ({ client }) => {
      assert.ok((await client.feeRate()) >= client.incrementalFeeRate)
    },
  },
  {
    name: 'reports a transaction as unknown, pending and mined, with the number and hash of its block',
    run: async (chain) => {
      const [coin] = await listCoins(chain)
      const { raw, hash } = chain.signPayment({ coins: [coin], amount: coin.amount - fee })
      assert.deepEqual(await chain.client.status(hash), { state: 'unknown', confirmations: 0 })
      assert.deepEqual(await chain.client.broadcast(raw), { outcome: 'accepted' })
      assert.deepEqual(await chain.client.status(hash), { state: 'pending', confirmations: 0 })
      await chain.mine()
      const { state, confirmations, blockNumber, blockHash } = await chain.client.status(hash)
      assert.deepEqual([state, confirmations, blockNumber], ['mined', 1, await chain.client.blockNumber?.()])
      assert.match(blockHash ?? '', /^[0-9a-f]{64}$/)
    },
  },
  {
    name: 'lists a coin no longer once it is spent in a block, and the new one instead',
    run: async (chain) => {
      const [coin, other] = await listCoins(chain)
      const { raw, hash } = chain.signPayment({ coins: [coin], amount: coin.amount - fee })
      await chain.client.broadcast(raw)
      await chain.mine()
      const found = (await chain.client.unspent(chain.address)).map(({ txid, vout }) => `${txid}:${vout}`)
      assert.deepEqual(found.toSorted(), [`${hash}:0`, `${other.txid}:${other.vout}`].toSorted())
    },
  },
  {
    name: 'accepts a transaction that the node already has, in its mempool or in a block',
    run: async (chain) => {
      const [coin] = await listCoins(chain)
      const { raw } = chain.signPayment({ coins: [coin], amount: coin.amount - fee })
      assert.deepEqual(await chain.client.broadcast(raw), { outcome: 'accepted' })
      assert.deepEqual(await chain.client.broadcast(raw), { outcome: 'accepted' })
      await chain.mine()
      const again = await chain.client.broadcast(raw)
      assert.ok(again.outcome === 'accepted' || again.outcome === 'conflict')
    },
  },
  {
    name: 'accepts a replacement at a higher fee, and reports what it replaced as unknown (BIP-125)',
    run: async (chain) => {
      const [coin] = await listCoins(chain)
      const first = chain.signPayment({ coins: [coin], amount: coin.amount - fee })
      const second = chain.signPayment({ coins: [coin], amount: coin.amount - 3n * fee })
      assert.deepEqual(await chain.client.broadcast(first.raw), { outcome: 'accepted' })
      assert.deepEqual(await chain.client.broadcast(second.raw), { outcome: 'accepted' })
      assert.deepEqual(await chain.client.status(first.hash), { state: 'unknown', confirmations: 0 })
      assert.deepEqual(await chain.client.status(second.hash), { state: 'pending', confirmations: 0 })
    },
  },
  {
    name: 'reports a spent or unknown coin as a conflict',
    run: async (chain) => {
      const [coin, other] = await listCoins(chain)
      const first = chain.signPayment({ coins: [coin], amount: coin.amount - 3n * fee })
      const second = chain.signPayment({ coins: [coin], amount: coin.amount - fee })
      await chain.client.broadcast(first.raw)
      assert.deepEqual(await chain.client.broadcast(second.raw), { outcome: 'conflict' })
      await chain.mine()
      assert.deepEqual(await chain.client.broadcast(second.raw), { outcome: 'conflict' })
      const unknown = chain.signPayment({ coins: [{ ...other, txid: 'ab'.repeat(32) }], amount: other.amount - fee })
      assert.deepEqual(await chain.client.broadcast(unknown.raw), { outcome: 'conflict' })
      assert.equal(await chain.client.isReplaced(unknown.raw), false)
    },
  },
  {
    name: 'reports a transaction as replaced once another one has spent its coin for good',
    run: async (chain) => {
      const [coin] = await listCoins(chain)
      const first = chain.signPayment({ coins: [coin], amount: coin.amount - 3n * fee })
      const second = chain.signPayment({ coins: [coin], amount: coin.amount - fee })
      assert.equal(await chain.client.isReplaced(second.raw), false)
      await chain.client.broadcast(first.raw)
      assert.equal(await chain.client.isReplaced(second.raw), false)
      for (let block = 0; block < (chain.client.finalityConfirmations ?? 12); block++) await chain.mine()
      assert.equal(await chain.client.isReplaced(second.raw), true)
    },
  },
  {
    name: 'rejects a transaction without a fee, and one that pays more than it spends',
    run: async (chain) => {
      const [coin] = await listCoins(chain)
      const free = chain.signPayment({ coins: [coin], amount: coin.amount })
      assert.deepEqual(await chain.client.broadcast(free.raw), { outcome: 'rejected', reason: 'fee-too-low' })
      const greedy = chain.signPayment({ coins: [coin], amount: coin.amount + 1n })
      assert.equal((await chain.client.broadcast(greedy.raw)).outcome, 'rejected')
      const damaged = chain.signPayment({ coins: [coin], amount: coin.amount - fee }).raw.slice()
      damaged[damaged.length - 60] = (damaged[damaged.length - 60] ?? 0) ^ 1
      assert.deepEqual(await chain.client.broadcast(damaged), { outcome: 'rejected', reason: 'not-valid' })
    },
  },
  {
    name: 'rejects within the timeout if the node is unreachable',
    run: async (chain) => {
      const { client, address } = chain
      const [coin] = await listCoins(chain)
      const { raw, hash } = chain.signPayment({ coins: [coin], amount: coin.amount - fee })
      await chain.stopNode()
      const requests = [client.balance(address), client.unspent(address), client.broadcast(raw), client.status(hash)]
      for (const { status } of await Promise.allSettled([...requests, client.feeRate(), client.isReplaced(raw)]))
        assert.equal(status, 'rejected')
    },
  },
]

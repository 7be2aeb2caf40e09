import assert from 'node:assert/strict'
import type { TronClient } from '@billfold/core'

/** A TRON chain under test and its client. The chain must not mine on its own. */
export interface TronChainUnderTest {
  readonly client: TronClient
  /** The address of an account with at least 10 TRX, used by this case only. */
  readonly address: string
  /** An address unknown to the chain. */
  readonly unusedAddress: string
  /** The address of a token contract (TRC-20) with `decimals()`, of which the account has none. */
  readonly token: string
  /** Signs a transfer of one sun to the unused address. */
  readonly signTransfer: (fields: {
    readonly block: { readonly number: number; readonly hash: string }
    readonly expiration: number
    /** In sun; default 1. */
    readonly amount?: bigint
  }) => { readonly raw: Uint8Array; readonly hash: string }
  /** Mines blocks; the pending transactions are in the first. */
  readonly mine: (blocks: number) => Promise<void>
  /** Makes the node unreachable for the rest of the case. */
  readonly stopNode: () => Promise<void>
  /** Releases the chain after the case. */
  readonly close: () => Promise<void>
}

/** One requirement of the contract. `run` rejects if the client violates it. */
export interface TronClientCase {
  readonly name: string
  readonly run: (chain: TronChainUnderTest) => Promise<void>
}

const decimals = Uint8Array.from([0x31, 0x3c, 0xe5, 0x67])
const minute = 60_000

async function signValid({ client, signTransfer }: TronChainUnderTest, amount = 1n) {
  const block = await client.referenceBlock()
  return signTransfer({ block, expiration: block.timestamp + 10 * minute, amount })
}

/** The contract of {@link TronClient}, one case per requirement. Each case needs its own chain or account. */
export const tronClientCases: readonly TronClientCase[] = [
  {
    name: 'reports its network as the CAIP-2 id of its first block',
    run: async ({ client }) => {
      assert.match(client.network, /^tron:0x[0-9a-f]{8}$/)
    },
  },
  {
    name: 'returns the balance and existence of an account, and 0 for an unknown one',
    run: async ({ client, address, unusedAddress }) => {
      assert.ok((await client.balance(address)) >= 10_000_000n)
      assert.equal(await client.balance(unusedAddress), 0n)
      assert.deepEqual([await client.accountExists(address), await client.accountExists(unusedAddress)], [true, false])
    },
  },
  {
    name: 'returns resources and prices that are not negative, and a price of bandwidth and energy',
    run: async ({ client, address }) => {
      const resources = await client.resources(address)
      for (const amount of Object.values<bigint>({ ...resources })) assert.ok(amount >= 0n)
      assert.ok(resources.energyPrice > 0n && resources.bandwidthPrice > 0n)
    },
  },
  {
    name: 'executes a call without sending it, and reports one that reverts',
    run: async ({ client, address, token }) => {
      const { result, energy } = await client.call({ from: address, to: token, value: 0n, data: decimals })
      assert.equal(result.length, 32)
      assert.ok(energy > 0n)
      const transfer = Buffer.from(`a9059cbb${'00'.repeat(12)}${'11'.repeat(20)}${'ff'.repeat(32)}`, 'hex')
      const reverting = client.call({ from: address, to: token, value: 0n, data: Uint8Array.from(transfer) })
      await assert.rejects(reverting, { code: 'transaction.reverted' })
    },
  },
  {
    name: 'reports a transaction as unknown, pending and mined',
    run: async (chain) => {
      const { client } = chain
      const { raw, hash } = await signValid(chain)
      assert.deepEqual(await client.status(hash), { state: 'unknown', confirmations: 0 })
      assert.deepEqual(await client.broadcast(raw), { outcome: 'accepted' })
      assert.deepEqual(await client.status(hash), { state: 'pending', confirmations: 0 })
      await chain.mine(3)
      const { state, confirmations } = await client.status(hash)
      assert.deepEqual([state, confirmations], ['mined', 3])
    },
  },
  {
    name: 'accepts a transaction that the node already has, pending or in a block',
    run: async (chain) => {
      const { raw } = await signValid(chain)
      assert.deepEqual(await chain.client.broadcast(raw), { outcome: 'accepted' })
      assert.deepEqual(await chain.client.broadcast(raw), { outcome: 'accepted' })
      await chain.mine(1)
      assert.deepEqual(await chain.client.broadcast(raw), { outcome: 'accepted' })
    },
  },
  {
    name: 'reports a transaction as expired after its time, and with a reference block of another chain',
    run: async (chain) => {
      const { client, signTransfer } = chain
      const block = await client.referenceBlock()
      const late = signTransfer({ block, expiration: block.timestamp - 1 })
      assert.deepEqual(await client.broadcast(late.raw), { outcome: 'expired' })
      const foreign = signTransfer({ block: { ...block, hash: 'ab'.repeat(32) }, expiration: block.timestamp + minute })
      assert.deepEqual(await client.broadcast(foreign.raw), { outcome: 'expired' })
    },
  },
  {
    name: 'says up to when expiry is final, which is behind the newest block',
    run: async (chain) => {
      await chain.mine(30)
      const [until, { timestamp }] = [await chain.client.expiredUntil(), await chain.client.referenceBlock()]
      assert.ok(until < timestamp)
      await chain.mine(30)
      assert.ok((await chain.client.expiredUntil()) >= timestamp)
    },
  },
  {
    name: 'rejects what the account cannot pay, and a damaged signature',
    run: async (chain) => {
      const { client, address } = chain
      const greedy = await signValid(chain, (await client.balance(address)) + 1n)
      assert.deepEqual(await client.broadcast(greedy.raw), { outcome: 'rejected', reason: 'insufficient-funds' })
      const damaged = (await signValid(chain)).raw.slice()
      damaged[damaged.length - 40] = (damaged[damaged.length - 40] ?? 0) ^ 1
      assert.equal((await client.broadcast(damaged)).outcome, 'rejected')
    },
  },
  {
    name: 'rejects within the timeout if the node is unreachable',
    run: async (chain) => {
      const { client, address } = chain
      const { raw, hash } = await signValid(chain)
      await chain.stopNode()
      const requests = [client.balance(address), client.broadcast(raw), client.status(hash), client.referenceBlock()]
      for (const { status } of await Promise.allSettled([
        ...requests,
        client.resources(address),
        client.expiredUntil(),
      ]))
        assert.equal(status, 'rejected')
    },
  },
]

import assert from 'node:assert/strict'
import type { ChainClient } from '@billfold/core'

/** A chain that is open for testing, through the client that is tested. It mines nothing by itself. */
export interface OpenChain {
  readonly client: ChainClient
  /** An account with funds and without a past, which nobody else uses. */
  readonly address: string
  /** An account that the chain has not seen. */
  readonly unseen: string
  /** Signs a transfer of the account to itself, of so many smallest units. */
  readonly transfer: (nonce: number, amount: bigint) => Promise<{ readonly raw: Uint8Array; readonly hash: string }>
  /** Puts all that waits into a block. */
  readonly mine: () => Promise<void>
  /** Makes the node unreachable, for good. */
  readonly stop: () => Promise<void>
  readonly close: () => Promise<void>
}

/** One sentence of the contract of a client, and what shows that it is true: `run` rejects when it is not. */
export interface ChainClientCase {
  readonly name: string
  readonly run: (chain: OpenChain) => Promise<void>
}

/** The contract of {@link ChainClient}, sentence by sentence; each case wants a chain of its own. */
export const chainClientCases: readonly ChainClientCase[] = [
  {
    name: 'names its network as CAIP-2 does',
    run: async ({ client }) => {
      assert.match(client.network, /^[-a-z0-9]{3,9}:[-_a-zA-Z0-9]{1,32}$/)
    },
  },
  {
    name: 'tells balances, and 0 for an account that the chain has not seen',
    run: async ({ client, address, unseen }) => {
      assert.ok((await client.balance(address)) > 0n)
      assert.equal(await client.balance(unseen), 0n)
    },
  },
  {
    name: 'counts a transaction that waits as the next nonce, and one that is mined as both',
    run: async ({ client, address, transfer, mine }) => {
      const before = await client.nonces(address)
      assert.equal(before.next, before.mined)
      await client.broadcast((await transfer(before.next, 1n)).raw)
      assert.deepEqual(await client.nonces(address), { mined: before.mined, next: before.next + 1 })
      await mine()
      assert.deepEqual(await client.nonces(address), { mined: before.mined + 1, next: before.next + 1 })
    },
  },
  {
    name: 'counts no transaction behind a gap',
    run: async ({ client, address, transfer }) => {
      const before = await client.nonces(address)
      await client.broadcast((await transfer(before.next + 1, 1n)).raw)
      assert.deepEqual(await client.nonces(address), before)
    },
  },
  {
    name: 'accepts a transaction that the node has already',
    run: async ({ client, address, transfer }) => {
      const { raw } = await transfer((await client.nonces(address)).next, 1n)
      assert.deepEqual(await client.broadcast(raw), { outcome: 'accepted' })
      assert.deepEqual(await client.broadcast(raw), { outcome: 'accepted' })
    },
  },
  {
    name: 'tells what became of a transaction',
    run: async ({ client, address, transfer, mine }) => {
      const { raw, hash } = await transfer((await client.nonces(address)).next, 1n)
      assert.deepEqual(await client.status(hash), { state: 'unknown', confirmations: 0 })
      await client.broadcast(raw)
      assert.deepEqual(await client.status(hash), { state: 'pending', confirmations: 0 })
      await mine()
      const mined = await client.status(hash)
      assert.equal(mined.state, 'mined')
      assert.ok(mined.confirmations >= 1)
    },
  },
  {
    name: 'says of a nonce that is used that it is taken, and does not call that a refusal',
    run: async ({ client, address, transfer, mine }) => {
      const { next } = await client.nonces(address)
      const first = await transfer(next, 1n)
      await client.broadcast(first.raw)
      assert.deepEqual(await client.broadcast((await transfer(next, 2n)).raw), { outcome: 'nonce-taken' })
      await mine()
      assert.deepEqual(await client.broadcast((await transfer(next, 3n)).raw), { outcome: 'nonce-taken' })
      assert.notEqual((await client.broadcast(first.raw)).outcome, 'refused')
    },
  },
  {
    name: 'says that funds are wanting',
    run: async ({ client, address, transfer }) => {
      const { next } = await client.nonces(address)
      const { raw } = await transfer(next, (await client.balance(address)) + 1n)
      assert.deepEqual(await client.broadcast(raw), { outcome: 'refused', reason: 'insufficient-funds' })
      assert.equal((await client.nonces(address)).next, next)
    },
  },
  {
    name: 'throws when the node cannot be reached, in time, and never calls that a refusal',
    run: async ({ client, address, transfer, stop }) => {
      const { raw, hash } = await transfer((await client.nonces(address)).next, 1n)
      await stop()
      const questions = [client.balance(address), client.nonces(address), client.broadcast(raw), client.status(hash)]
      for (const { status } of await Promise.allSettled(questions)) assert.equal(status, 'rejected')
    },
  },
]

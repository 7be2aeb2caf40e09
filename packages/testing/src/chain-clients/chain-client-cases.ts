import assert from 'node:assert/strict'
import type { ChainClient, NonceChainClient } from '@billfold/core'

/** A chain under test and its client. The chain must not mine on its own. */
export interface ChainUnderTest {
  readonly client: Extract<ChainClient, NonceChainClient>
  /** A funded account without transactions, used by this case only. */
  readonly address: string
  /** An address unknown to the chain. */
  readonly unusedAddress: string
  /** Signs a transfer of the account to itself. `amount` is in the smallest unit of the chain. */
  readonly signTransfer: (nonce: number, amount: bigint) => Promise<{ readonly raw: Uint8Array; readonly hash: string }>
  /** Mines all pending transactions. */
  readonly mine: () => Promise<void>
  /** Makes the node unreachable for the rest of the case. */
  readonly stopNode: () => Promise<void>
  /** Releases the chain after the case. */
  readonly close: () => Promise<void>
}

/** One requirement of the chain client contract. `run` rejects if the client violates it. */
export interface ChainClientCase {
  readonly name: string
  readonly run: (chain: ChainUnderTest) => Promise<void>
}

/** Creation code of the EVM, in hex. */
const executedCode = {
  /** ORIGIN, ISZERO, ISZERO, and return that word. */
  originIsNotZero: '32151560005260206000f3',
  reverts: '60006000fd',
  loops: '5b600056',
} as const

/** The contract of {@link NonceChainClient}, one case per requirement. Each case needs its own chain or account. */
export const chainClientCases: readonly ChainClientCase[] = [
  {
    name: 'reports its network as a CAIP-2 chain id',
    run: async ({ client }) => {
      assert.match(client.network, /^[-a-z0-9]{3,9}:[-_a-zA-Z0-9]{1,32}$/)
    },
  },
  {
    name: 'returns balances, and 0 for an unknown account',
    run: async ({ client, address, unusedAddress }) => {
      assert.ok((await client.balance(address)) > 0n)
      assert.equal(await client.balance(unusedAddress), 0n)
    },
  },
  {
    name: 'advances the next nonce for a pending transaction, and both nonces once it is mined',
    run: async ({ client, address, signTransfer, mine }) => {
      const before = await client.nonces(address)
      assert.equal(before.next, before.mined)
      await client.broadcast((await signTransfer(before.next, 1n)).raw)
      assert.deepEqual(await client.nonces(address), { mined: before.mined, next: before.next + 1 })
      await mine()
      assert.deepEqual(await client.nonces(address), { mined: before.mined + 1, next: before.next + 1 })
    },
  },
  {
    name: 'does not count a transaction after a nonce gap',
    run: async ({ client, address, signTransfer }) => {
      const before = await client.nonces(address)
      await client.broadcast((await signTransfer(before.next + 1, 1n)).raw)
      assert.deepEqual(await client.nonces(address), before)
    },
  },
  {
    name: 'accepts a transaction that the node already knows',
    run: async ({ client, address, signTransfer }) => {
      const { raw } = await signTransfer((await client.nonces(address)).next, 1n)
      assert.deepEqual(await client.broadcast(raw), { outcome: 'accepted' })
      assert.deepEqual(await client.broadcast(raw), { outcome: 'accepted' })
    },
  },
  {
    name: 'reports a transaction as unknown, pending and mined',
    run: async ({ client, address, signTransfer, mine }) => {
      const { raw, hash } = await signTransfer((await client.nonces(address)).next, 1n)
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
    name: 'reports a used nonce as nonce-taken, not as refused',
    run: async ({ client, address, signTransfer, mine }) => {
      const { next } = await client.nonces(address)
      const first = await signTransfer(next, 1n)
      await client.broadcast(first.raw)
      assert.deepEqual(await client.broadcast((await signTransfer(next, 2n)).raw), { outcome: 'nonce-taken' })
      await mine()
      assert.deepEqual(await client.broadcast((await signTransfer(next, 3n)).raw), { outcome: 'nonce-taken' })
      assert.notEqual((await client.broadcast(first.raw)).outcome, 'refused')
    },
  },
  {
    name: 'reports insufficient funds',
    run: async ({ client, address, signTransfer }) => {
      const { next } = await client.nonces(address)
      const { raw } = await signTransfer(next, (await client.balance(address)) + 1n)
      assert.deepEqual(await client.broadcast(raw), { outcome: 'rejected', reason: 'insufficient-funds' })
      assert.equal((await client.nonces(address)).next, next)
    },
  },
  {
    name: 'executes code, if it can, with bounded gas and not from the zero address',
    run: async ({ client }) => {
      if (client.family !== 'evm' || client.execute === undefined) return
      const execute = (code: string): Promise<Uint8Array | undefined> | undefined =>
        client.execute?.(Uint8Array.from(Buffer.from(code, 'hex')), 200_000n)
      const one = Uint8Array.from([...new Uint8Array(31), 1])
      assert.deepEqual(await execute(executedCode.originIsNotZero), one)
      assert.equal(await execute(executedCode.reverts), undefined)
      assert.equal(await execute(executedCode.loops), undefined)
    },
  },
  {
    name: 'rejects within the timeout if the node is unreachable',
    run: async ({ client, address, signTransfer, stopNode }) => {
      const { raw, hash } = await signTransfer((await client.nonces(address)).next, 1n)
      await stopNode()
      const requests = [client.balance(address), client.nonces(address), client.broadcast(raw), client.status(hash)]
      for (const { status } of await Promise.allSettled(requests)) assert.equal(status, 'rejected')
    },
  },
]

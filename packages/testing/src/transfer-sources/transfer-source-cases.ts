import assert from 'node:assert/strict'
import type { IncomingTransfer, TransferSource } from '@billfold/core'

/** A transfer source under test, and its chain, on which only the case pays. */
export interface TransferSourceUnderTest {
  readonly source: TransferSource
  /** Two addresses of wallets, in their format, that have received nothing yet. */
  readonly wallets: readonly [string, string]
  /** An address that no wallet has. */
  readonly stranger: string
  /** An amount that the chain lets an address receive, in minor units. */
  readonly amount: bigint
  /** Sends coins to an address and returns the hash of the transaction once a block has it. */
  readonly pay: (to: string, amount: bigint) => Promise<string>
  /** Mines until every block that has a payment is final. */
  readonly finalize: () => Promise<void>
  /** Releases the chain after the case. */
  readonly close: () => Promise<void>
}

/** One requirement of the transfer source contract. `run` rejects if the source violates it. */
export interface TransferSourceCase {
  readonly name: string
  readonly run: (chain: TransferSourceUnderTest) => Promise<void>
}

/** Lists a range of blocks, in parts of at most `blockRange`. */
async function listRange(
  source: TransferSource,
  fromBlock: number,
  toBlock: number,
  wallets: readonly string[],
  blockRange = source.blockRange,
): Promise<readonly IncomingTransfer[]> {
  const listed: IncomingTransfer[] = []
  const findWallets = async (addresses: readonly string[]) => new Set(addresses.filter((one) => wallets.includes(one)))
  for (let first = fromBlock; first <= toBlock; first += blockRange) {
    const last = Math.min(first + blockRange - 1, toBlock)
    listed.push(...(await source.listTransfers({ fromBlock: first, toBlock: last, findWallets })))
  }
  return listed
}

const summarize = ({ hash, to, amount }: IncomingTransfer): string => `${hash} ${to} ${amount}`

/** The contract of {@link TransferSource}, one case per requirement. */
export const transferSourceCases: readonly TransferSourceCase[] = [
  {
    name: 'reports its network as a CAIP-2 chain id, and a range of blocks',
    run: async ({ source: { network, blockRange } }) => {
      assert.match(network, /^[-a-z0-9]{3,9}:[-_a-zA-Z0-9]{1,32}$/)
      assert.ok(Number.isInteger(blockRange) && blockRange >= 1 && blockRange <= 1000)
    },
  },
  {
    name: 'lists what wallets receive in final blocks, exactly, and nothing else',
    run: async ({ source, wallets: [one, other], stranger, amount, pay, finalize }) => {
      const before = await source.finalBlock()
      const first = await pay(one, amount)
      await pay(stranger, amount)
      const second = await pay(other, 2n * amount)
      const third = await pay(one, 3n * amount)
      await finalize()
      const listed = await listRange(source, before + 1, await source.finalBlock(), [one, other])
      assert.deepEqual(listed.map(summarize), [
        `${first} ${one} ${amount}`,
        `${second} ${other} ${2n * amount}`,
        `${third} ${one} ${3n * amount}`,
      ])
      for (const { tokenAddress, tokenId } of listed) assert.deepEqual([tokenAddress, tokenId], [undefined, undefined])
    },
  },
  {
    name: 'does not count a block as final that has just been mined',
    run: async ({ source, wallets: [one], amount, pay, finalize }) => {
      const before = await source.finalBlock()
      await pay(one, amount)
      const soon = await source.finalBlock()
      assert.deepEqual(await listRange(source, before + 1, soon, [one]), [])
      await finalize()
      assert.equal((await listRange(source, soon + 1, await source.finalBlock(), [one])).length, 1)
    },
  },
  {
    name: 'lists the same transfers at the same places, whatever ranges are asked for',
    run: async ({ source, wallets, amount, pay, finalize }) => {
      const before = await source.finalBlock()
      for (const wallet of wallets) await pay(wallet, amount)
      await finalize()
      const final = await source.finalBlock()
      const listed = await listRange(source, before + 1, final, wallets)
      assert.equal(listed.length, wallets.length)
      assert.deepEqual(await listRange(source, before + 1, final, wallets, 1), listed)
      const [, second] = listed
      assert.deepEqual(await listRange(source, before + 1, final, wallets.slice(1)), [second])
      const places = listed.map(({ block, position }) => `${block} ${position}`)
      assert.equal(new Set(places).size, places.length)
      for (const { block, position } of listed) assert.ok(block > before && block <= final && position >= 0)
    },
  },
  {
    name: 'lists nothing where no wallet received anything',
    run: async ({ source, stranger, amount, pay, finalize }) => {
      const before = await source.finalBlock()
      await pay(stranger, amount)
      await finalize()
      assert.deepEqual(await listRange(source, before + 1, await source.finalBlock(), []), [])
    },
  },
  {
    name: 'rejects blocks that do not exist yet',
    run: async ({ source, wallets }) => {
      const missing = (await source.finalBlock()) + 1_000_000
      await assert.rejects(listRange(source, missing, missing, wallets))
    },
  },
]

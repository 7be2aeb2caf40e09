import assert from 'node:assert/strict'
import type { TokenIndexer } from '@billfold/core'

/** An indexer under test, and what is on its chain. */
export interface TokenIndexerUnderTest {
  readonly indexer: TokenIndexer
  /** The chain of everything below. */
  readonly secretType: string
  /** An address that holds some of `token`, the non-fungible token, and some of the semi-fungible token. */
  readonly owner: string
  /** An address that holds nothing, and never did. */
  readonly stranger: string
  /** A contract of fungible tokens (ERC-20), with what the owner holds in the smallest unit. */
  readonly token: { readonly address: string; readonly balance: bigint; readonly decimals: number }
  /** A contract of non-fungible tokens (ERC-721): one that the owner holds, and one that the owner has sent on to `recipient`. */
  readonly nonFungible: {
    readonly address: string
    readonly heldId: string
    readonly sentId: string
    readonly recipient: string
    /** An id that no token has. */
    readonly missingId: string
  }
  /** A contract of ERC-1155, with an id and how many of it the owner holds: more than one. */
  readonly semiFungible: { readonly address: string; readonly id: string; readonly balance: bigint }
  /** An address of the chain at which no contract of tokens is. */
  readonly unknownContract: string
  /** Releases the chain after the case. */
  readonly close: () => Promise<void>
}

/** One requirement of the token indexer contract. `run` rejects if the indexer violates it. */
export interface TokenIndexerCase {
  readonly name: string
  readonly run: (indexer: TokenIndexerUnderTest) => Promise<void>
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

/** The contract of {@link TokenIndexer}, one case per requirement. */
export const tokenIndexerCases: readonly TokenIndexerCase[] = [
  {
    name: 'supports its chain, and no chain that does not exist',
    run: async ({ indexer, secretType }) => {
      assert.equal(indexer.supports(secretType), true)
      assert.equal(indexer.supports('NO_SUCH_CHAIN'), false)
      assert.equal(indexer.supports('constructor'), false)
    },
  },
  {
    name: 'lists the fungible tokens of an address, exactly',
    run: async ({ indexer, secretType, owner, stranger, token }) => {
      const held = await indexer.listTokens({ secretType, address: owner })
      const found = held.find(({ tokenAddress }) => same(tokenAddress, token.address))
      assert.equal(found?.rawBalance, token.balance)
      assert.equal(found?.decimals, token.decimals)
      assert.deepEqual(await indexer.listTokens({ secretType, address: stranger }), [])
    },
  },
  {
    name: 'lists the non-fungible tokens that an address holds now',
    run: async ({ indexer, secretType, owner, stranger, nonFungible, semiFungible }) => {
      const held = await indexer.listNonFungibles({ secretType, address: owner })
      const ids = (address: string): readonly string[] =>
        held.filter(({ contract }) => same(contract.address, address)).map(({ tokenId }) => tokenId)
      assert.deepEqual(ids(nonFungible.address), [nonFungible.heldId])
      assert.ok(ids(semiFungible.address).includes(semiFungible.id))
      const semi = held.find(
        ({ contract, tokenId }) => same(contract.address, semiFungible.address) && tokenId === semiFungible.id,
      )
      assert.equal(semi?.balance, semiFungible.balance)
      assert.equal(semi?.contract.type, 'ERC_1155')
      assert.deepEqual(await indexer.listNonFungibles({ secretType, address: stranger }), [])
    },
  },
  {
    name: 'lists the non-fungible tokens of the contracts that are named, in any case',
    run: async ({ indexer, secretType, owner, nonFungible, unknownContract }) => {
      const address = { secretType, address: owner }
      const named = await indexer.listNonFungibles(address, [nonFungible.address.toLowerCase()])
      assert.ok(named.length > 0)
      assert.ok(named.every(({ contract }) => same(contract.address, nonFungible.address)))
      assert.deepEqual(await indexer.listNonFungibles(address, [unknownContract]), [])
      assert.deepEqual(await indexer.listNonFungibles(address, []), [])
    },
  },
  {
    name: 'finds a contract of non-fungible tokens, and none where none is',
    run: async ({ indexer, secretType, nonFungible, semiFungible, unknownContract }) => {
      assert.equal((await indexer.findContract({ secretType, address: nonFungible.address }))?.type, 'ERC_721')
      assert.equal((await indexer.findContract({ secretType, address: semiFungible.address }))?.type, 'ERC_1155')
      assert.equal(await indexer.findContract({ secretType, address: unknownContract }), undefined)
    },
  },
  {
    name: 'finds a non-fungible token, and none that does not exist',
    run: async ({ indexer, secretType, nonFungible, unknownContract }) => {
      const contract = { secretType, address: nonFungible.address }
      assert.equal((await indexer.findNonFungible(contract, nonFungible.heldId))?.tokenId, nonFungible.heldId)
      assert.equal(await indexer.findNonFungible(contract, nonFungible.missingId), undefined)
      assert.equal(await indexer.findNonFungible({ secretType, address: unknownContract }, '1'), undefined)
    },
  },
  {
    name: 'lists who holds tokens now, and of which id',
    run: async ({ indexer, secretType, owner, token, nonFungible, semiFungible, unknownContract }) => {
      const list = async (address: string, tokenId?: string) => indexer.listHolders({ secretType, address }, tokenId)
      const tokens = await list(token.address)
      assert.equal(tokens?.find(({ address }) => same(address, owner))?.balance, token.balance)
      assert.ok(tokens?.every(({ tokenId, balance }) => tokenId === undefined && balance > 0n))
      const holdersOf = async (id: string) =>
        (await list(nonFungible.address, id))?.map(({ address }) => address.toLowerCase())
      assert.deepEqual(await holdersOf(nonFungible.heldId), [owner.toLowerCase()])
      assert.deepEqual(await holdersOf(nonFungible.sentId), [nonFungible.recipient.toLowerCase()])
      const semi = (await list(semiFungible.address, semiFungible.id))?.find(({ address }) => same(address, owner))
      assert.equal(semi?.balance, semiFungible.balance)
      assert.equal(semi?.tokenId, semiFungible.id)
      assert.equal(await list(unknownContract), undefined)
    },
  },
]

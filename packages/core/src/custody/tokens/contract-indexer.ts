import { type EvmHistoryClient } from '../chain-clients/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { listReceivedTokens } from './received-tokens.ts'
import { readName, readTokenBalance, readView } from './token-contract.ts'
import { parseTokenMetadata } from './token-metadata.ts'
import type { NonFungibleHolding, TokenIndexer } from './token-indexer.ts'

/** A contract of non-fungible tokens, and the block in which it was created. */
export interface IndexedContract {
  /** Hex with `0x`. */
  readonly address: string
  readonly type: 'ERC_721' | 'ERC_1155'
  /** The block from which its transfers are read. */
  readonly fromBlock: number
}

/** The contracts of one chain. */
export interface IndexedChain {
  readonly client: EvmHistoryClient
  /** The addresses of ERC-20 contracts. */
  readonly tokens?: readonly string[]
  readonly nonFungibles?: readonly IndexedContract[]
  /** The number of blocks that the node lets one query read. Default: 10,000. */
  readonly blockRange?: number
}

/** The maximum number of tokens of a contract that are looked at for one list. */
const maxTokensPerContract = 500

/**
 * Creates an indexer that reads the contracts that the host lists, over JSON-RPC: balances by `balanceOf`, non-fungible tokens by
 * their `Transfer` logs. It stores nothing, so it suits a few contracts; use an indexing service for more.
 * @param chains the contracts by `secretType`
 *
 * @example
 * ```ts
 * import { contractIndexer, createBillfold, environmentKeyring, evmChainClient, memoryStorage } from '@billfold/core'
 *
 * const client = evmChainClient({ url: 'https://node.example', chainId: 137 })
 * const usdc = '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359'
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   custody: {
 *     chainClients: { MATIC: client },
 *     tokenIndexer: contractIndexer({ MATIC: { client, tokens: [usdc] } }),
 *   },
 * })
 * ```
 */
export function contractIndexer(chains: Readonly<Record<string, IndexedChain>>): TokenIndexer {
  const getChain = (secretType: string): IndexedChain => {
    const chain = Object.hasOwn(chains, secretType) ? chains[secretType] : undefined
    if (chain === undefined) throw new BillfoldError('token-indexer.unavailable')
    return chain
  }
  return {
    supports: (secretType) => Object.hasOwn(chains, secretType),
    listTokens: async ({ secretType, address }) => {
      const { client, tokens = [] } = getChain(secretType)
      const holdings = await Promise.all(tokens.map((token) => readTokenBalance(client, token, address)))
      return holdings.filter(({ rawBalance }) => rawBalance > 0n)
    },
    listNonFungibles: async ({ secretType, address }, contracts) => {
      const chain = getChain(secretType)
      const named = contracts?.map((contract) => contract.toLowerCase())
      const indexed = (chain.nonFungibles ?? []).filter(
        (contract) => named === undefined || named.includes(contract.address.toLowerCase()),
      )
      const lists = await Promise.all(indexed.map((contract) => listOfContract(chain, contract, address)))
      return lists.flat()
    },
  }
}

async function listOfContract(
  { client, blockRange = 10_000 }: IndexedChain,
  { address, type, fromBlock }: IndexedContract,
  owner: string,
): Promise<NonFungibleHolding[]> {
  const received = await listReceivedTokens(client, { contract: address, type, owner, fromBlock, blockRange })
  if (received.length > maxTokensPerContract) throw new BillfoldError('token-indexer.unavailable', { message: tooMany })
  const [name, symbol] = [await readName(client, address, 'name'), await readName(client, address, 'symbol')]
  const holdings: NonFungibleHolding[] = []
  for (const tokenId of received) {
    const balance = await readBalance(client, { address, type, fromBlock }, owner, tokenId)
    if (balance === 0n) continue
    const id = [{ type: 'uint256', value: tokenId }]
    const uri = await readView(client, address, type === 'ERC_721' ? 'tokenURI' : 'uri', 'string', id)
    const { url, metadata } = parseTokenMetadata(uri, tokenId)
    holdings.push({ contract: { address, type, name, symbol }, tokenId, balance, url, metadata })
  }
  return holdings
}

const tooMany = 'The address has received too many tokens for the built-in indexer; an indexing service is required'

async function readBalance(
  client: EvmHistoryClient,
  { address, type }: IndexedContract,
  owner: string,
  tokenId: string,
): Promise<bigint> {
  const id = { type: 'uint256', value: tokenId }
  if (type === 'ERC_721') {
    const holder = await readView(client, address, 'ownerOf', 'address', [id])
    return String(holder).toLowerCase() === owner.toLowerCase() ? 1n : 0n
  }
  const balance = await readView(client, address, 'balanceOf', 'uint256', [{ type: 'address', value: owner }, id])
  return balance === undefined ? 0n : BigInt(String(balance))
}

import { type EvmHistoryClient } from '../chain-clients/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { listReceivedTokens } from './received-tokens.ts'
import { readName, readTokenBalance, readView } from './token-contract.ts'
import { parseTokenMetadata } from './token-metadata.ts'
import { listTokenHolders } from './token-holders.ts'
import type { NonFungibleHolding, NonFungibleToken, TokenHolder, TokenIndexer } from './token-indexer.ts'

/** A contract of non-fungible tokens, and the block in which it was created. */
export interface IndexedContract {
  /** Hex with `0x`. */
  readonly address: string
  readonly type: 'ERC_721' | 'ERC_1155'
  /** The block from which its transfers are read. */
  readonly fromBlock: number
}

/** A contract of fungible tokens (ERC-20), and the block in which it was created. */
export interface IndexedToken {
  /** Hex with `0x`. */
  readonly address: string
  /** The block from which its transfers are read. */
  readonly fromBlock: number
}

/** The contracts of one chain. */
export interface IndexedChain {
  readonly client: EvmHistoryClient
  /** ERC-20 contracts: their addresses, or with the block of their creation, without which their holders are not listed. */
  readonly tokens?: readonly (string | IndexedToken)[]
  readonly nonFungibles?: readonly IndexedContract[]
  /** The number of blocks that the node lets one query read. Default: 10,000. */
  readonly blockRange?: number
}

/** The maximum number of tokens of a contract that are looked at for one list. */
const maxTokensPerContract = 500

/**
 * Creates an indexer that reads the contracts that the host lists, over JSON-RPC: balances by `balanceOf`, non-fungible tokens and
 * holders by `Transfer` logs. It stores nothing, so it suits a few contracts; use an indexing service for more.
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
      const addresses = tokens.map((token) => (typeof token === 'string' ? token : token.address))
      const holdings = await Promise.all(addresses.map((token) => readTokenBalance(client, token, address)))
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
    findContract: async ({ secretType, address }) => {
      const chain = getChain(secretType)
      const contract = findIndexed(chain.nonFungibles, address)
      return contract && describeContract(chain.client, contract)
    },
    findNonFungible: async ({ secretType, address }, tokenId) => {
      const chain = getChain(secretType)
      const contract = findIndexed(chain.nonFungibles, address)
      return contract && readToken(chain.client, contract, tokenId)
    },
    listHolders: async ({ secretType, address }, tokenId) => listHolders(getChain(secretType), address, tokenId),
  }
}

function findIndexed<T extends { readonly address: string }>(
  contracts: readonly T[] | undefined,
  address: string,
): T | undefined {
  return contracts?.find((contract) => contract.address.toLowerCase() === address.toLowerCase())
}

async function listHolders(
  { client, blockRange = 10_000, ...indexed }: IndexedChain,
  address: string,
  tokenId: string | undefined,
): Promise<readonly TokenHolder[] | undefined> {
  const contract = findIndexed(indexed.nonFungibles, address)
  if (contract !== undefined) {
    const { type, fromBlock } = contract
    if (type === 'ERC_721' && tokenId !== undefined) return readOwner(client, contract.address, tokenId)
    return listTokenHolders(client, { contract: contract.address, type, fromBlock, blockRange, tokenId })
  }
  const token = indexed.tokens?.find(
    (known) => (typeof known === 'string' ? known : known.address).toLowerCase() === address.toLowerCase(),
  )
  if (token === undefined || tokenId !== undefined) return undefined
  if (typeof token === 'string') throw new BillfoldError('token-indexer.unavailable', { message: noStart })
  const { address: named, fromBlock } = token
  return listTokenHolders(client, { contract: named, type: 'ERC_20', fromBlock, blockRange })
}

const noStart = 'The host has configured no block from which the transfers of this token are read'

async function readOwner(
  client: EvmHistoryClient,
  contract: string,
  tokenId: string,
): Promise<readonly TokenHolder[] | undefined> {
  const owner = await readView(client, contract, 'ownerOf', 'address', [{ type: 'uint256', value: tokenId }])
  return typeof owner === 'string' ? [{ address: owner, tokenId, balance: 1n }] : undefined
}

async function describeContract(
  client: EvmHistoryClient,
  { address, type }: IndexedContract,
): Promise<NonFungibleHolding['contract']> {
  const [name, symbol] = [await readName(client, address, 'name'), await readName(client, address, 'symbol')]
  return { address, type, name, symbol }
}

/** An ERC-721 token exists if it has an owner. An ERC-1155 contract does not say which tokens exist. */
async function readToken(
  client: EvmHistoryClient,
  contract: IndexedContract,
  tokenId: string,
): Promise<NonFungibleToken | undefined> {
  const { address, type } = contract
  const id = [{ type: 'uint256', value: tokenId }]
  if (type === 'ERC_721' && (await readView(client, address, 'ownerOf', 'address', id)) === undefined) return undefined
  const uri = await readView(client, address, type === 'ERC_721' ? 'tokenURI' : 'uri', 'string', id)
  return { contract: await describeContract(client, contract), tokenId, ...parseTokenMetadata(uri, tokenId) }
}

async function listOfContract(
  { client, blockRange = 10_000 }: IndexedChain,
  { address, type, fromBlock }: IndexedContract,
  owner: string,
): Promise<NonFungibleHolding[]> {
  const received = await listReceivedTokens(client, { contract: address, type, owner, fromBlock, blockRange })
  if (received.length > maxTokensPerContract) throw new BillfoldError('token-indexer.unavailable', { message: tooMany })
  const described = await describeContract(client, { address, type, fromBlock })
  const holdings: NonFungibleHolding[] = []
  for (const tokenId of received) {
    const balance = await readBalance(client, { address, type, fromBlock }, owner, tokenId)
    if (balance === 0n) continue
    const id = [{ type: 'uint256', value: tokenId }]
    const uri = await readView(client, address, type === 'ERC_721' ? 'tokenURI' : 'uri', 'string', id)
    const { url, metadata } = parseTokenMetadata(uri, tokenId)
    holdings.push({ contract: described, tokenId, balance, url, metadata })
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

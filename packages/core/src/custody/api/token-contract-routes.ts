import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Route, route } from '../../http/index.ts'
import type { TokenContract, TokenHolder } from '../tokens/token-indexer.ts'
import { getChain } from '../wallets/chains/index.ts'
import { isAddressOf } from '../wallets/chains/is-address.ts'
import { callIndexer } from './balance-routes.ts'
import type { CustodyContext } from './context.ts'
import { readPage } from './pagination.ts'
import { custodySuccessReply } from './response-format.ts'
import { custodyPaging, pageSchema, successSchema } from './schemas.ts'
import {
  nonFungibleContractBody,
  nonFungibleTokenBody,
  toNonFungibleContractBody,
  toNonFungibleTokenBody,
} from './token-bodies.ts'
import { nodeUnavailable } from './without-sending.ts'

const contract = { secretType: z.string().max(32), contract: z.string().min(1).max(128) }
const tokenId = z.string().regex(/^\d{1,78}$/, 'is not a decimal id')

const holderBody = z.object({
  walletAddress: z.string(),
  contractAddress: z.string(),
  tokenBalance: z.number().optional().describe('Absent beyond 2^53 - 1'),
  rawTokenBalance: z.string().describe('The same, exact, in the smallest unit of the token'),
  tokenId: z.number().optional().describe('Absent beyond 2^53 - 1, and for fungible tokens'),
  rawTokenId: z.string().optional(),
})

const replies = {
  404: { description: 'The indexer does not know the contract or the token' },
  501: { description: 'The host has no indexer of tokens for this chain' },
  503: nodeUnavailable,
}

/** The routes of contracts of tokens: what they are, their tokens, and who holds them. */
export function tokenContractRoutes(custody: CustodyContext): readonly Route[] {
  return [contractRoute(custody), tokenRoute(custody), tokenHoldersRoute(custody), holdersRoute(custody)]
}

function contractRoute(custody: CustodyContext): Route {
  return route({
    id: 'getNonFungibleContract',
    method: 'GET',
    path: '/api/nonfungibles/:secretType/:contract',
    summary: 'Get a contract of non-fungible tokens',
    guard: custody.service,
    params: z.object(contract),
    replies: { 200: { description: 'The contract', schema: successSchema(nonFungibleContractBody) }, ...replies },
    handler: async ({ params }) => {
      const named = toContract(custody, params)
      const found = await callIndexer(custody, named.secretType, (indexer) => indexer.findContract(named))
      if (found === undefined) throw new BillfoldError('token.not-found')
      return custodySuccessReply(toNonFungibleContractBody(found))
    },
  })
}

function tokenRoute(custody: CustodyContext): Route {
  return route({
    id: 'getNonFungible',
    method: 'GET',
    path: '/api/nonfungibles/:secretType/:contract/:tokenId',
    summary: 'Get a non-fungible token',
    guard: custody.service,
    params: z.object({ ...contract, tokenId }),
    replies: { 200: { description: 'The token', schema: successSchema(nonFungibleTokenBody) }, ...replies },
    handler: async ({ params }) => {
      const named = toContract(custody, params)
      const id = toTokenId(params.tokenId)
      const found = await callIndexer(custody, named.secretType, (indexer) => indexer.findNonFungible(named, id))
      if (found === undefined) throw new BillfoldError('token.not-found')
      return custodySuccessReply(toNonFungibleTokenBody(found))
    },
  })
}

function tokenHoldersRoute(custody: CustodyContext): Route {
  return route({
    id: 'listNonFungibleHolders',
    method: 'GET',
    path: '/api/nonfungibles/:secretType/:contract/:tokenId/wallets',
    summary: 'List who holds a non-fungible token',
    guard: custody.service,
    params: z.object({ ...contract, tokenId }),
    query: z.object(custodyPaging),
    replies: { 200: { description: 'A page of holders', schema: pageSchema(holderBody) }, ...replies },
    handler: async ({ params, query }) =>
      holdersReply(custody, toContract(custody, params), query, toTokenId(params.tokenId)),
  })
}

function holdersRoute(custody: CustodyContext): Route {
  return route({
    id: 'listTokenHolders',
    method: 'GET',
    path: '/api/contracts/:secretType/:contract/wallets',
    summary: 'List who holds tokens of a contract',
    guard: custody.service,
    params: z.object(contract),
    query: z.object(custodyPaging),
    replies: { 200: { description: 'A page of holders', schema: pageSchema(holderBody) }, ...replies },
    handler: async ({ params, query }) => holdersReply(custody, toContract(custody, params), query),
  })
}

async function holdersReply(
  custody: CustodyContext,
  named: TokenContract,
  page: { readonly page: number; readonly size: number },
  id?: string,
) {
  const holders = await callIndexer(custody, named.secretType, (indexer) => indexer.listHolders(named, id))
  if (holders === undefined) throw new BillfoldError('token.not-found')
  const read = (offset: number, limit: number) => Promise.resolve(holders.slice(offset, offset + limit))
  const { items, pagination } = await readPage(page, read)
  return custodySuccessReply(
    items.map((holder) => toHolderBody(named, holder)),
    pagination,
  )
}

function toHolderBody(
  { address: contractAddress }: TokenContract,
  { address, balance, tokenId: id }: TokenHolder,
): z.output<typeof holderBody> {
  return {
    walletAddress: address,
    contractAddress,
    ...(isSafe(balance) && { tokenBalance: Number(balance) }),
    rawTokenBalance: balance.toString(),
    ...(id !== undefined && { ...(isSafe(BigInt(id)) && { tokenId: Number(id) }), rawTokenId: id }),
  }
}

function isSafe(integer: bigint): boolean {
  return integer <= BigInt(Number.MAX_SAFE_INTEGER)
}

/** @throws BillfoldError `input.invalid` if the id has more than 256 bits */
function toTokenId(text: string): string {
  const id = BigInt(text)
  if (id >= 2n ** 256n)
    throw new BillfoldError('input.invalid', { issues: [{ path: 'tokenId', message: 'is too large' }] })
  return id.toString()
}

/** @throws BillfoldError `chain.unsupported`, `input.invalid` if the address is none of the chain */
function toContract(
  { chains }: CustodyContext,
  { secretType, contract: address }: { readonly secretType: string; readonly contract: string },
): TokenContract {
  const chain = getChain(chains, secretType)
  if (!isAddressOf(chain.secretType, address))
    throw new BillfoldError('input.invalid', {
      issues: [{ path: 'contract', message: 'is not an address of this chain' }],
    })
  return { secretType, address }
}

import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type RequestContext, type Route, route } from '../../http/index.ts'
import { callNode, getChainClient } from '../chain-clients/index.ts'
import { fetchBalance } from '../transactions/balances.ts'
import { parseAbiAddress } from '../transactions/formats/evm/abi-values.ts'
import { readTokenBalance } from '../tokens/token-contract.ts'
import type { TokenOwner } from '../tokens/token-indexer.ts'
import { getChain } from '../wallets/chains/index.ts'
import { isAddressOf } from '../wallets/chains/is-address.ts'
import type { CustodyContext } from './context.ts'
import { getReachableWallet } from './custody-user.ts'
import { toBalanceBody } from './response-bodies.ts'
import { custodySuccessReply } from './response-format.ts'
import { booleanQuerySchema, idSchema, resultSchemas, successSchema, secretTypeField } from './schemas.ts'
import { nonFungibleBody, toNonFungibleBody, toTokenBody, tokenBody } from './token-bodies.ts'
import { nodeUnavailable, withoutSending } from './without-sending.ts'

const address = z.string().min(1).max(128)

/** The two ways to name an address: by a wallet, or as itself. */
const owners = [
  {
    suffix: 'OfWallet',
    path: '/api/wallets/:walletId',
    params: { walletId: idSchema },
    whose: 'a wallet',
  },
  {
    suffix: 'OfAddress',
    path: '/api/wallets/:secretType/:address',
    params: { secretType: secretTypeField, address },
    whose: 'any address',
  },
] as const

interface OwnerParams {
  readonly walletId?: string
  readonly secretType?: string
  readonly address?: string
}

const spamQuery = { includePossibleSpam: booleanQuerySchema.optional() }

/** The routes of balances: of the coin of a chain, of tokens and of non-fungible tokens. */
export function balanceRoutes(custody: CustodyContext): readonly Route[] {
  return owners.flatMap((owner) => [
    balanceRoute(custody, owner),
    tokensRoute(custody, owner),
    tokenRoute(custody, owner),
    nonFungiblesRoute(custody, owner),
  ])
}

type Owner = (typeof owners)[number]

function balanceRoute(custody: CustodyContext, { suffix, path, params, whose }: Owner): Route {
  return route({
    id: `getBalance${suffix}`,
    method: 'GET',
    path: `${path}/balance`,
    summary: `Get the balance of ${whose}`,
    guard: custody.service,
    params: z.object(params),
    replies: { 200: { description: 'The balance', schema: successSchema(resultSchemas.balance) } },
    handler: async (input, context) => {
      const owner = await resolveOwner(custody, context, input.params)
      const chain = getChain(custody.chains, owner.secretType)
      return custodySuccessReply(toBalanceBody(chain, await fetchBalance(custody.services, owner)))
    },
  })
}

function tokensRoute(custody: CustodyContext, { suffix, path, params, whose }: Owner): Route {
  return route({
    id: `listTokens${suffix}`,
    method: 'GET',
    path: `${path}/balance/tokens`,
    summary: `List the tokens of ${whose}, with the indexer of the host`,
    guard: custody.service,
    params: z.object(params),
    query: z.object({
      ...spamQuery,
      tokenAddress: z
        .union([address, z.array(address).max(50)])
        .optional()
        .describe('The contracts to list; all that the indexer knows without it'),
      all: booleanQuerySchema.optional().describe('Accepted from existing clients: all tokens are listed anyway'),
    }),
    replies: {
      200: { description: 'The tokens of which it holds any', schema: successSchema(z.array(tokenBody)) },
      501: indexerMissing,
      503: nodeUnavailable,
    },
    handler: async (input, context) => {
      const owner = await resolveOwner(custody, context, input.params)
      const tokens = await callIndexer(custody, owner.secretType, (indexer) => indexer.listTokens(owner))
      const { tokenAddress: named, includePossibleSpam } = input.query
      const addresses = named === undefined ? undefined : [named].flat().map((text) => text.toLowerCase())
      const wanted = tokens.filter(
        ({ possibleSpam, tokenAddress }) =>
          (possibleSpam !== true || includePossibleSpam === true) &&
          addresses?.includes(tokenAddress.toLowerCase()) !== false,
      )
      return custodySuccessReply(wanted.map(toTokenBody))
    },
  })
}

function tokenRoute(custody: CustodyContext, { suffix, path, params, whose }: Owner): Route {
  const { services } = custody
  return route({
    id: `getToken${suffix}`,
    method: 'GET',
    path: `${path}/balance/tokens/:tokenAddress`,
    summary: `Get the balance of one token (ERC-20) of ${whose}, read from its contract`,
    guard: custody.service,
    params: z.object({ ...params, tokenAddress: address }),
    replies: {
      200: { description: 'The balance', schema: successSchema(tokenBody) },
      404: { description: 'No token contract at this address' },
      503: nodeUnavailable,
    },
    handler: async (input, context) => {
      const owner = await resolveOwner(custody, context, input.params)
      const client = getChainClient(services.chainConnections, owner.secretType)
      if (client.family !== 'evm') throw new BillfoldError('transaction.unsupported-type')
      const token = parseAddressField(input.params.tokenAddress, 'tokenAddress')
      const read = () => callNode(client, services.logger, () => readTokenBalance(client, token, owner.address))
      return custodySuccessReply(toTokenBody(await withoutSending(read)))
    },
  })
}

function nonFungiblesRoute(custody: CustodyContext, { suffix, path, params, whose }: Owner): Route {
  return route({
    id: `listNonFungibles${suffix}`,
    method: 'GET',
    path: `${path}/nonfungibles`,
    summary: `List the non-fungible tokens of ${whose}, with the indexer of the host`,
    guard: custody.service,
    params: z.object(params),
    query: z.object({
      ...spamQuery,
      includeNsfw: booleanQuerySchema.optional(),
      'contract-addresses': z.string().max(4096).optional().describe('Addresses of contracts, separated by commas'),
    }),
    replies: {
      200: { description: 'The tokens', schema: successSchema(z.array(nonFungibleBody)) },
      501: indexerMissing,
      503: nodeUnavailable,
    },
    handler: async (input, context) => {
      const owner = await resolveOwner(custody, context, input.params)
      const { 'contract-addresses': named, includePossibleSpam, includeNsfw } = input.query
      const found = await callIndexer(custody, owner.secretType, (indexer) =>
        indexer.listNonFungibles(owner, named?.split(',')),
      )
      const wanted = found.filter(
        ({ contract }) =>
          (contract.possibleSpam !== true || includePossibleSpam === true) &&
          (contract.isNsfw !== true || includeNsfw === true),
      )
      return custodySuccessReply(wanted.map(toNonFungibleBody))
    },
  })
}

const indexerMissing = { description: 'The host has no indexer of tokens for this chain' }

/** Calls the indexer of the host with the rules of calls to nodes. @throws BillfoldError `token-indexer.unavailable` */
export function callIndexer<T>(
  { services, tokenIndexer }: CustodyContext,
  secretType: string,
  call: (indexer: NonNullable<CustodyContext['tokenIndexer']>) => Promise<T>,
): Promise<T> {
  if (tokenIndexer?.supports(secretType) !== true) throw new BillfoldError('token-indexer.unavailable')
  const client = { ...getChainClient(services.chainConnections, secretType), timeoutMs: indexerTimeoutMs }
  return withoutSending(() => callNode(client, services.logger, () => call(tokenIndexer)))
}

/** A list takes many requests to a node. */
const indexerTimeoutMs = 30_000

/** Resolves the address that a path names. An address by itself must be one of the chain. */
async function resolveOwner(
  { services, chains }: CustodyContext,
  { caller }: RequestContext,
  { walletId, secretType = '', address: named = '' }: OwnerParams,
): Promise<TokenOwner> {
  if (walletId !== undefined) return getReachableWallet(services, caller, walletId)
  const chain = getChain(chains, secretType)
  if (!isAddressOf(chain.secretType, named)) throw invalid('address')
  return { secretType, address: named }
}

function parseAddressField(text: string, path: string): string {
  try {
    return parseAbiAddress(text, path)
  } catch {
    throw invalid(path)
  }
}

function invalid(path: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message: 'is not an address of this chain' }] })
}

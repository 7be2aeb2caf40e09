import { z } from 'zod'
import { formatUnits } from '../transactions/formats/units.ts'
import type { NonFungibleHolding, NonFungibleToken, TokenHolding } from '../tokens/token-indexer.ts'

/** The body of the balance of a token. */
export const tokenBody = z
  .object({
    tokenAddress: z.string(),
    rawBalance: z.string(),
    balance: z.number(),
    decimals: z.number(),
    symbol: z.string(),
    name: z.string(),
    logo: z.string().optional(),
    type: z.literal('ERC_20'),
    transferable: z.boolean(),
    possibleSpam: z.boolean(),
  })
  .meta({ id: 'Token' })

const typeAndValue = z.object({ type: z.string(), value: z.string() })

/** The body of a contract of non-fungible tokens. */
export const nonFungibleContractBody = z.object({
  address: z.string(),
  name: z.string().optional(),
  symbol: z.string().optional(),
  type: z.string(),
  possibleSpam: z.boolean(),
  isNsfw: z.boolean(),
})

/** The body of a non-fungible token, whoever holds it. */
export const nonFungibleTokenBody = z.object({
  id: z.string().describe('The id of the token in its contract'),
  name: z.string().optional(),
  description: z.string().optional(),
  url: z.string().optional(),
  imageUrl: z.string().optional(),
  fungible: z.boolean(),
  contract: nonFungibleContractBody,
  attributes: z.array(z.object({ ...typeAndValue.shape, name: z.string() })),
})

/** The body of non-fungible tokens that an address holds. */
export const nonFungibleBody = nonFungibleTokenBody
  .extend({ balance: z.number(), finalBalance: z.number() })
  .meta({ id: 'NonFungible' })

/** Formats the balance of a token. `balance` is the nearest number in whole units, for display. */
export function toTokenBody(token: TokenHolding): z.output<typeof tokenBody> {
  const { tokenAddress, rawBalance, decimals, symbol, name, logo, possibleSpam = false } = token
  return {
    tokenAddress,
    rawBalance: rawBalance.toString(),
    balance: Number(formatUnits(rawBalance, decimals)),
    decimals,
    symbol,
    name,
    ...(logo !== undefined && { logo }),
    type: 'ERC_20',
    transferable: true,
    possibleSpam,
  }
}

/** Formats a contract of non-fungible tokens. */
export function toNonFungibleContractBody(
  contract: NonFungibleHolding['contract'],
): z.output<typeof nonFungibleContractBody> {
  const { possibleSpam = false, isNsfw = false, ...described } = contract
  return { ...described, possibleSpam, isNsfw }
}

/** Formats a non-fungible token. */
export function toNonFungibleTokenBody(token: NonFungibleToken): z.output<typeof nonFungibleTokenBody> {
  const { contract, tokenId, url, metadata } = token
  const { name, description, image, attributes = [] } = metadata ?? {}
  return {
    id: tokenId,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(url !== undefined && { url }),
    ...(image !== undefined && { imageUrl: image }),
    fungible: false,
    contract: toNonFungibleContractBody(contract),
    attributes: attributes.map(({ type, value }) => ({ type: 'property', name: type, value })),
  }
}

/** Formats non-fungible tokens that an address holds. */
export function toNonFungibleBody(holding: NonFungibleHolding): z.output<typeof nonFungibleBody> {
  const balance = Number(holding.balance)
  return { ...toNonFungibleTokenBody(holding), balance, finalBalance: balance }
}

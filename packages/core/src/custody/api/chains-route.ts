import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { callNode } from '../chain-clients/index.ts'
import { isBillfoldError } from '../../kernel/errors.ts'
import { getChainFamily } from '../transactions/formats/families.ts'
import { transactionLimits } from '../transactions/limits.ts'
import type { Chain } from '../wallets/chains/chain.ts'
import { getChain } from '../wallets/chains/index.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import { successSchema, secretTypeField } from './schemas.ts'

const chainBody = z
  .object({
    secretType: secretTypeField,
    symbol: z.string(),
    decimals: z.number(),
    importWalletTypes: z
      .array(z.string())
      .describe('The importWalletType values of POST /api/wallets/import for this chain'),
    requiredConfirmations: z.number().describe('Confirmations after which a transaction is final'),
    blockNumber: z.number().optional().describe('The newest block; absent if no node says it'),
    chainId: z.number().optional().describe('EVM chains: the chain id (EIP-155)'),
  })
  .meta({ id: 'Chain' })

/** The routes that list the enabled chains, and describe one. */
export function chainRoutes(custody: CustodyContext): readonly Route[] {
  const { chains, service } = custody
  return [
    route({
      id: 'listChains',
      method: 'GET',
      path: '/api/chains',
      summary: 'List the names of the chains on which wallets can be created',
      guard: service,
      replies: { 200: { description: 'The values of secretType', schema: successSchema(z.array(z.string())) } },
      handler: () => Promise.resolve(custodySuccessReply([...chains.keys()].filter((name) => isListed(custody, name)))),
    }),
    route({
      id: 'getChain',
      method: 'GET',
      path: '/api/chains/:secretType',
      summary: 'Describe a chain: its coin, its newest block and the confirmations that make a transaction final',
      guard: service,
      params: z.object({ secretType: secretTypeField }),
      replies: { 200: { description: 'The chain', schema: successSchema(chainBody) } },
      handler: async ({ params }) =>
        custodySuccessReply(await describeChain(custody, getChain(chains, params.secretType))),
    }),
  ]
}

/** Chains that the vendor does not have, so that its clients know no such name and fail on a list that contains it. */
const unknownToVendor: ReadonlySet<string> = new Set(['TRON'])

/** A chain that is unknown to the vendor's clients is listed once the host has configured a node for it. */
function isListed({ services }: CustodyContext, secretType: string): boolean {
  return !unknownToVendor.has(secretType) || services.chainConnections.clients.has(secretType)
}

async function describeChain(custody: CustodyContext, chain: Chain): Promise<z.output<typeof chainBody>> {
  const { secretType, symbol, decimals, parseWif, encryptedWif } = chain
  const forms = [
    'PRIVATE_KEY',
    'KEYSTORE',
    ...(parseWif === undefined ? [] : ['WIF']),
    ...(encryptedWif === undefined ? [] : ['WIF_PASSPHRASE']),
  ]
  const blockNumber = await findBlockNumber(custody, secretType)
  const chainId = findChainId(custody, secretType)
  return {
    secretType,
    symbol,
    decimals,
    importWalletTypes: forms.map((form) => `${secretType}_${form}`),
    requiredConfirmations:
      custody.services.chainConnections.clients.get(secretType)?.finalityConfirmations ??
      transactionLimits.finalityConfirmations,
    ...(blockNumber !== undefined && { blockNumber }),
    ...(chainId !== undefined && { chainId }),
  }
}

async function findBlockNumber({ services }: CustodyContext, secretType: string): Promise<number | undefined> {
  const client = services.chainConnections.clients.get(secretType)
  const fetchNumber = client?.blockNumber
  if (client === undefined || fetchNumber === undefined) return undefined
  try {
    return await callNode(client, services.logger, () => fetchNumber())
  } catch (error) {
    if (!isBillfoldError(error, 'transaction.chain-unavailable')) throw error
    return undefined
  }
}

function findChainId({ services }: CustodyContext, secretType: string): number | undefined {
  try {
    const { network } = getChainFamily(secretType, services.chainConnections.clients.get(secretType))
    const [namespace, reference] = network.split(':')
    return namespace === 'eip155' ? Number(reference) : undefined
  } catch (error) {
    if (!isBillfoldError(error, 'transaction.unsupported-type')) throw error
    return undefined
  }
}

import { contractIndexer, evmChainClient } from '@billfold/core'
import { describeTokenIndexer, type TokenIndexerUnderTest } from '@billfold/testing'
import { type BaseContract, JsonRpcProvider } from 'ethers'
import { afterAll } from 'vitest'
import { type Anvil, startAnvil } from './anvil.ts'
import { deployContract } from './deploy-contract.ts'
import { randomAddress } from './transacting-chain.ts'

/** A local chain with tokens, which is made for the first case. */
interface TokenChain {
  readonly anvil: Anvil
  readonly provider: JsonRpcProvider
  readonly subject: Omit<TokenIndexerUnderTest, 'close'>
}

let chain: Promise<TokenChain> | undefined

afterAll(async () => {
  if (chain === undefined) return
  const { anvil, provider } = await chain
  provider.destroy()
  await anvil.stop()
})

async function createTokenChain(): Promise<TokenChain> {
  const anvil = await startAnvil()
  const provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true, cacheTimeout: -1 })
  const signer = await provider.getSigner(0)
  const owner = await signer.getAddress()
  const [recipient, stranger] = [randomAddress(), randomAddress()]
  const deploy = (name: string, ...args: readonly unknown[]): Promise<BaseContract> =>
    deployContract(provider, name, ...args)
  const send = async (contract: BaseContract, name: string, ...args: readonly unknown[]): Promise<void> => {
    await (await contract.getFunction(name).send(...args)).wait()
  }
  const coin = await deploy('ERC20PresetFixedSupply', 'Coin', 'C', 1000, owner)
  await send(coin, 'transfer', recipient, 300)
  const cards = await deploy('ERC721PresetMinterPauserAutoId', 'Cards', 'CARD', 'https://cards.example/')
  for (const to of [owner, owner]) await send(cards, 'mint', to)
  await send(cards, 'transferFrom', owner, recipient, 1)
  const items = await deploy('ERC1155PresetMinterPauser', 'https://items.example/{id}')
  await send(items, 'mintBatch', owner, [7, 8], [5, 6], '0x')
  await send(items, 'safeTransferFrom', owner, recipient, 7, 2, '0x')
  const [token, nonFungible, semiFungible] = await Promise.all([coin, cards, items].map((made) => made.getAddress()))
  if (token === undefined || nonFungible === undefined || semiFungible === undefined) throw new Error('not deployed')
  const client = evmChainClient({ url: anvil.url, chainId: anvil.chainId })
  const indexer = contractIndexer({
    ETHEREUM: {
      client,
      tokens: [{ address: token, fromBlock: 0 }],
      nonFungibles: [
        { address: nonFungible, type: 'ERC_721', fromBlock: 0 },
        { address: semiFungible, type: 'ERC_1155', fromBlock: 0 },
      ],
      blockRange: 4,
    },
  })
  return {
    anvil,
    provider,
    subject: {
      indexer,
      secretType: 'ETHEREUM',
      owner,
      stranger,
      token: { address: token, balance: 700n, decimals: 18 },
      nonFungible: { address: nonFungible, heldId: '0', sentId: '1', recipient, missingId: '9' },
      semiFungible: { address: semiFungible, id: '7', balance: 3n },
      unknownContract: randomAddress(),
    },
  }
}

describeTokenIndexer('the indexer of listed contracts', async () => {
  chain ??= createTokenChain()
  const { subject } = await chain
  return { ...subject, close: async () => {} }
})

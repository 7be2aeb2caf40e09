import { contractIndexer, createBillfold, createPasswordHasher, evmChainClient, memoryStorage } from '@billfold/core'
import { ContractFactory, type BaseContract } from 'ethers'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { basicAuthorization } from '../basic-authorization.ts'
import { startHost } from '../hosts/start-host.ts'
import { randomAddress, startTransactingChain, type TransactingChain } from './transacting-chain.ts'
import { createCustodyCaller, createWallet, sharedKeyring, type TransactingHost } from './transacting-host.ts'

let chain: TransactingChain
let call: TransactingHost['call']
let close: () => Promise<void>
let wallet: { readonly id: string; readonly address: string }
const addresses = { coin: '', cards: '', items: '' }

async function deploy(name: string, ...args: readonly unknown[]): Promise<BaseContract> {
  const { abi, bytecode } = createRequire(import.meta.url)(`@openzeppelin/contracts/build/contracts/${name}.json`)
  const contract = await new ContractFactory(abi, bytecode, await chain.provider.getSigner(0)).deploy(...args)
  await contract.waitForDeployment()
  return contract
}

beforeAll(async () => {
  chain = await startTransactingChain()
  const { anvil } = chain
  const client = evmChainClient({ url: anvil.url, chainId: anvil.chainId })
  const owner = await createWallet(chain.host)
  const send = async (contract: BaseContract, name: string, ...args: readonly unknown[]): Promise<void> => {
    await (await contract.getFunction(name).send(...args)).wait()
  }
  const coin = await deploy('ERC20PresetFixedSupply', 'Coin', 'C', 1500, owner.address)
  const cards = await deploy('ERC721PresetMinterPauserAutoId', 'Cards', 'CARD', 'https://cards.example/')
  const items = await deploy('ERC1155PresetMinterPauser', 'https://items.example/{id}')
  const first = await (await chain.provider.getSigner(0)).getAddress()
  await send(cards, 'mint', owner.address)
  await send(cards, 'mint', first)
  // Received, but not held any more.
  await send(cards, 'mint', owner.address)
  await send(items, 'mint', owner.address, 7, 5, '0x')
  await send(items, 'mintBatch', owner.address, [8, 9], [1, 0], '0x')
  addresses.coin = await coin.getAddress()
  addresses.cards = await cards.getAddress()
  addresses.items = await items.getAddress()
  const billfold = createBillfold({
    storage: memoryStorage(),
    keyring: sharedKeyring(),
    passwordHasher: createPasswordHasher({ cost: { logN: 4, r: 1, p: 1 } }),
    custody: {
      chainClients: { ETHEREUM: client, MATIC: client },
      tokenIndexer: contractIndexer({
        ETHEREUM: {
          client,
          tokens: [addresses.coin],
          nonFungibles: [
            { address: addresses.cards, type: 'ERC_721', fromBlock: 0 },
            { address: addresses.items, type: 'ERC_1155', fromBlock: 0 },
          ],
          blockRange: 3,
        },
      }),
    },
  })
  const key = await billfold.serviceKeys.create({ tag: 'suite', scopes: ['custody'] })
  const host = await startHost({ framework: 'express 5', through: 'app', prefix: '', parser: false }, billfold.custody)
  close = host.close
  call = createCustodyCaller(host.port, basicAuthorization(key.keyId, key.keySecret))
  wallet = owner
}, 120_000)

afterAll(async () => {
  await close()
  await chain.close()
})

const ofAddress = (path: string) => call('GET', `/api/wallets/ETHEREUM/${wallet.address}${path}`)

describe('balances', () => {
  it('of the coin are read by wallet and by address', async () => {
    const own = await createWallet({ call })
    expect((await call('GET', `/api/wallets/${own.id}/balance`)).result).toMatchObject({ available: true, balance: 0 })
    const { result } = await ofAddress('/balance')
    expect(result).toEqual({
      available: true,
      secretType: 'ETHEREUM',
      balance: 0,
      gasBalance: 0,
      rawBalance: '0',
      rawGasBalance: '0',
      symbol: 'ETH',
      gasSymbol: 'ETH',
      decimals: 18,
    })
    expect((await call('GET', '/api/wallets/BITCOIN/0x12/balance')).status).toBe(400)
    expect((await call('GET', '/api/wallets/nothing/balance')).status).toBe(404)
  })

  it('of tokens are listed from the contracts of the host, and read from any that is named', async () => {
    const token = {
      tokenAddress: addresses.coin,
      rawBalance: '1500',
      balance: 1.5e-15,
      decimals: 18,
      symbol: 'C',
      name: 'Coin',
      type: 'ERC_20',
      transferable: true,
      possibleSpam: false,
    }
    expect((await ofAddress('/balance/tokens')).result).toEqual([token])
    expect((await ofAddress(`/balance/tokens/${addresses.coin}`)).result).toEqual(token)
    expect(await ofAddress(`/balance/tokens/${randomAddress()}`)).toMatchObject({ codes: ['token.not-found'] })
    expect(await ofAddress('/balance/tokens/0x12')).toMatchObject({ status: 400, codes: ['tokenAddress'] })
    const own = await createWallet({ call })
    expect((await call('GET', `/api/wallets/${own.id}/balance/tokens`)).result).toEqual([])
  })

  it('of non-fungible tokens have those that are held now', async () => {
    const { result } = await ofAddress('/nonfungibles')
    const shown = result.map(({ id, balance, url, contract }: Record<string, { type?: string }>) => [
      contract?.type,
      id,
      balance,
      url,
    ])
    expect(shown).toEqual([
      ['ERC_721', '0', 1, 'https://cards.example/0'],
      ['ERC_721', '2', 1, 'https://cards.example/2'],
      ['ERC_1155', '7', 5, `https://items.example/${'7'.padStart(64, '0')}`],
      ['ERC_1155', '8', 1, `https://items.example/${'8'.padStart(64, '0')}`],
    ])
    const named = await ofAddress(`/nonfungibles?contract-addresses=${addresses.items}`)
    expect(named.result).toHaveLength(2)
  })

  it('say that no indexer is configured, where none is', async () => {
    const missing = { status: 501, codes: ['token-indexer.unavailable'] }
    expect(await call('GET', `/api/wallets/MATIC/${wallet.address}/balance/tokens`)).toMatchObject(missing)
    expect(await call('GET', `/api/wallets/MATIC/${wallet.address}/nonfungibles`)).toMatchObject(missing)
    expect(await chain.host.call('GET', '/api/wallets/nonfungibles')).toMatchObject(missing)
    expect((await call('GET', '/api/wallets/nonfungibles')).result).toEqual([])
  })
})

describe('an address', () => {
  it('is checked for its chain', async () => {
    const check = async (secretType: string, address: string): Promise<unknown> =>
      (await call('GET', `/api/wallets/address/validation/${secretType}/${address}`)).result
    expect(await check('ETHEREUM', wallet.address)).toEqual({ valid: true })
    expect(await check('ETHEREUM', '0x52908400098527886E0F7030069857D2E4169Ee7')).toEqual({ valid: false })
    expect(await check('BITCOIN', wallet.address)).toEqual({ valid: false })
  })
})

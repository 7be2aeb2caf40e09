import {
  type TokenIndexer,
  contractIndexer,
  createBillfold,
  createPasswordHasher,
  evmChainClient,
  memoryStorage,
} from '@billfold/core'
import type { BaseContract } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { basicAuthorization } from '../basic-authorization.ts'
import { startHost } from '../hosts/start-host.ts'
import { deployContract } from './deploy-contract.ts'
import { randomAddress, startTransactingChain, type TransactingChain } from './transacting-chain.ts'
import { createCustodyCaller, createWallet, sharedKeyring, type TransactingHost } from './transacting-host.ts'

let chain: TransactingChain
let call: TransactingHost['call']
let close: () => Promise<void>
let wallet: { readonly id: string; readonly address: string }
const addresses = { coin: '', cash: '', cards: '', items: '' }
let first = ''
let indexer: TokenIndexer

const deploy = (name: string, ...args: readonly unknown[]): Promise<BaseContract> =>
  deployContract(chain.provider, name, ...args)

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
  first = await (await chain.provider.getSigner(0)).getAddress()
  await send(cards, 'mint', owner.address)
  await send(cards, 'mint', first)
  // Received, but not held any more.
  await send(cards, 'mint', owner.address)
  await send(items, 'mint', owner.address, 7, 5, '0x')
  await send(items, 'mintBatch', owner.address, [8, 9], [1, 0], '0x')
  const cash = await deploy('ERC20PresetFixedSupply', 'Cash', 'M', 10n ** 21n, first)
  addresses.cash = await cash.getAddress()
  addresses.coin = await coin.getAddress()
  addresses.cards = await cards.getAddress()
  addresses.items = await items.getAddress()
  indexer = contractIndexer({
    ETHEREUM: {
      client,
      tokens: [{ address: addresses.coin, fromBlock: 0 }, addresses.cash],
      nonFungibles: [
        { address: addresses.cards, type: 'ERC_721', fromBlock: 0 },
        { address: addresses.items, type: 'ERC_1155', fromBlock: 0 },
      ],
      blockRange: 3,
    },
  })
  const billfold = createBillfold({
    storage: memoryStorage(),
    keyring: sharedKeyring(),
    passwordHasher: createPasswordHasher({ cost: { logN: 4, r: 1, p: 1 } }),
    custody: {
      chainClients: { ETHEREUM: client, MATIC: client },
      tokenIndexer: indexer,
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

describe('a contract of tokens', () => {
  it('is shown with its tokens', async () => {
    const path = `/api/nonfungibles/ETHEREUM/${addresses.cards}`
    expect((await call('GET', path)).result).toEqual({
      address: addresses.cards,
      type: 'ERC_721',
      name: 'Cards',
      symbol: 'CARD',
      possibleSpam: false,
      isNsfw: false,
    })
    expect((await call('GET', `${path}/1`)).result).toMatchObject({
      id: '1',
      url: 'https://cards.example/1',
      fungible: false,
      contract: { address: addresses.cards, name: 'Cards' },
    })
    const missing = { status: 404, codes: ['token.not-found'] }
    expect(await call('GET', `${path}/99`)).toMatchObject(missing)
    expect(await call('GET', `/api/nonfungibles/ETHEREUM/${randomAddress()}`)).toMatchObject(missing)
    expect(await call('GET', `${path}/0x1`)).toMatchObject({ status: 400, codes: ['tokenId'] })
    expect(await call('GET', `${path}/${'9'.repeat(78)}`)).toMatchObject({ status: 400, codes: ['tokenId'] })
    expect(await call('GET', '/api/nonfungibles/ETHEREUM/0x12')).toMatchObject({ status: 400, codes: ['contract'] })
    const unsupported = { status: 501, codes: ['token-indexer.unavailable'] }
    expect(await call('GET', `/api/nonfungibles/MATIC/${addresses.cards}`)).toMatchObject(unsupported)
  })

  it('is listed with its holders, in pages', async () => {
    const holders = async (path: string): Promise<unknown> => (await call('GET', path)).result
    const cards = addresses.cards
    expect(await holders(`/api/nonfungibles/ETHEREUM/${cards}/1/wallets`)).toEqual([
      {
        walletAddress: first,
        contractAddress: cards,
        tokenBalance: 1,
        rawTokenBalance: '1',
        tokenId: 1,
        rawTokenId: '1',
      },
    ])
    expect(await holders(`/api/nonfungibles/ETHEREUM/${addresses.items}/7/wallets`)).toMatchObject([
      { walletAddress: wallet.address, tokenBalance: 5, rawTokenId: '7' },
    ])
    expect(await holders(`/api/contracts/ETHEREUM/${cards}/wallets?size=2&page=2`)).toMatchObject([
      { walletAddress: wallet.address, rawTokenId: '2' },
    ])
    expect(await holders(`/api/contracts/ETHEREUM/${addresses.coin}/wallets`)).toEqual([
      { walletAddress: wallet.address, contractAddress: addresses.coin, tokenBalance: 1500, rawTokenBalance: '1500' },
    ])
    const withoutStart = { status: 501, codes: ['token-indexer.unavailable'] }
    expect(await call('GET', `/api/contracts/ETHEREUM/${addresses.cash}/wallets`)).toMatchObject(withoutStart)
    const missing = { status: 404, codes: ['token.not-found'] }
    expect(await call('GET', `/api/contracts/ETHEREUM/${randomAddress()}/wallets`)).toMatchObject(missing)
  })
})

import { contractIndexer, createBillfold, createPasswordHasher, evmChainClient, memoryStorage } from '@billfold/core'
import type { BaseContract } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readFile } from 'node:fs/promises'
import { basicAuthorization } from '../basic-authorization.ts'
import { deployContract } from '../custody/deploy-contract.ts'
import { startHost } from '../hosts/start-host.ts'
import { sendRequest } from '../send-request.ts'
import { randomAddress, startTransactingChain, type TransactingChain } from '../custody/transacting-chain.ts'
import { createCustodyCaller, pincode, sharedKeyring } from '../custody/transacting-host.ts'
import { modelFaults, readModels } from './model-faults.ts'

const endpoints = z
  .array(
    z.strictObject({
      method: z.string(),
      path: z.string(),
      model: z.string(),
      refused: z.string().optional(),
      note: z.string().optional(),
    }),
  )
  .parse(JSON.parse(await readFile(new URL('../../recordings/venly-sdk-3.1-endpoints.json', import.meta.url), 'utf8')))
const models = await readModels('venly-sdk-3.1-models')

/** A request: the path with its placeholders filled, the body, and whether the PIN of the user is sent in the header. */
interface Call {
  readonly path: string
  readonly json?: unknown
  readonly byPin?: boolean
}

let chain: TransactingChain
let port = 0
let close: () => Promise<void>
let authorization = ''
let call: ReturnType<typeof createCustodyCaller>
const state = { userId: '', methodId: '', walletId: '', address: '', coin: '', cards: '' }

beforeAll(async () => {
  chain = await startTransactingChain()
  const { anvil } = chain
  const client = evmChainClient({ url: anvil.url, chainId: anvil.chainId })
  const [coin, cards] = [
    await deployContract(chain.provider, 'ERC20PresetFixedSupply', 'Coin', 'C', 10n ** 21n, await firstAddress()),
    await deployContract(chain.provider, 'ERC721PresetMinterPauserAutoId', 'Cards', 'CARD', 'https://cards.example/'),
  ]
  state.coin = await coin.getAddress()
  state.cards = await cards.getAddress()
  const rate = {
    exchange: 'UNISWAP',
    orderType: 'SELL' as const,
    inputAmount: 1,
    outputAmount: 2,
    slippage: 0.1,
    fee: 0,
  }
  const token = { secretType: 'ETHEREUM', symbol: 'C', tokenAddress: state.coin }
  const billfold = createBillfold({
    storage: memoryStorage(),
    keyring: sharedKeyring(),
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 100,
      perSource: 100,
      maxWaitSeconds: 600,
    }),
    custody: {
      chainClients: { ETHEREUM: client },
      tokenIndexer: contractIndexer({
        ETHEREUM: {
          client,
          tokens: [{ address: state.coin, fromBlock: 0 }],
          nonFungibles: [{ address: state.cards, type: 'ERC_721', fromBlock: 0 }],
        },
      }),
      swapProvider: {
        listRates: async () => [rate],
        listPairs: async () => [{ from: { secretType: 'ETHEREUM', symbol: 'ETH' }, to: token }],
        buildSwap: async ({ wallet }) => [{ type: 'TRANSFER', to: wallet.address, value: '0' }],
      },
    },
  })
  const key = await billfold.serviceKeys.create({ tag: 'sdk', scopes: ['custody'] })
  authorization = basicAuthorization(key.keyId, key.keySecret)
  const host = await startHost({ framework: 'express 5', through: 'app', prefix: '', parser: false }, billfold.custody)
  port = host.port
  close = host.close
  call = createCustodyCaller(port, authorization)
  await createUser(coin, cards)
}, 180_000)

afterAll(async () => {
  await close()
  await chain.close()
})

async function firstAddress(): Promise<string> {
  return (await chain.provider.getSigner(0)).getAddress()
}

/** The user of all calls: with a wallet that has coins, tokens and a non-fungible token. */
async function createUser(coin: BaseContract, cards: BaseContract): Promise<void> {
  const { result: user } = await call('POST', '/api/users', {
    reference: 'a user',
    signingMethod: { type: 'PIN', value: pincode },
  })
  state.userId = user.id
  state.methodId = user.signingMethods[0].id
  const { result: wallet } = await call('POST', '/api/wallets', {
    secretType: 'ETHEREUM',
    userId: state.userId,
    pincode,
    identifier: 'a wallet',
    description: 'of a user',
  })
  state.walletId = wallet.id
  state.address = wallet.address
  await chain.anvil.rpc('anvil_setBalance', state.address, `0x${(10n ** 20n).toString(16)}`)
  const send = async (contract: BaseContract, name: string, ...args: readonly unknown[]): Promise<void> => {
    await (await contract.getFunction(name).send(...args)).wait()
  }
  await send(coin, 'transfer', state.address, 1500n)
  await send(cards, 'mint', state.address)
}

const transfer = (status?: string) => ({
  type: 'TRANSFER',
  secretType: 'ETHEREUM',
  walletId: state.walletId,
  to: state.address,
  value: '0.001',
  status,
})
const message = (status?: string) => ({
  type: 'MESSAGE',
  secretType: 'ETHEREUM',
  walletId: state.walletId,
  data: 'hello',
  status,
})
const ids = {
  wallet: () => `/api/wallets/${state.walletId}`,
  address: () => `/api/wallets/ETHEREUM/${state.address}`,
  cards: () => `/api/nonfungibles/ETHEREUM/${state.cards}`,
}
const resultOf = async (...request: Parameters<typeof call>) => (await call(...request)).result
/** Sends a transaction that stays pending, until the next block is mined. */
async function sendPending(): Promise<string> {
  await chain.anvil.rpc('evm_setAutomine', false)
  return (await resultOf('POST', '/api/transactions', { ...transfer(), pincode })).transactionHash
}

/** Prepares the call of each endpoint. */
const calls: Readonly<Record<string, () => Promise<Call> | Call>> = {
  'GET /actuator/health': () => ({ path: '/actuator/health' }),
  'GET /api/chains': () => ({ path: '/api/chains' }),
  'GET /api/chains/{chain}': () => ({ path: '/api/chains/ETHEREUM' }),
  'GET /api/security': () => ({ path: '/api/security' }),
  'GET /api/users': () => ({ path: '/api/users?includeSigningMethods=true&page=1&size=5' }),
  'POST /api/users': () => ({
    path: '/api/users',
    json: { reference: 'x', signingMethod: { type: 'PIN', value: '8264' } },
  }),
  'GET /api/users/{id}': () => ({ path: `/api/users/${state.userId}` }),
  'PUT /api/users/{id}': () => ({ path: `/api/users/${state.userId}`, json: { reference: 'renamed' } }),
  'DELETE /api/users/{id}': async () => {
    const user = await resultOf('POST', '/api/users', {})
    return { path: `/api/users/${user.id}` }
  },
  'POST /api/users/{id}/signing-methods': () => ({
    path: `/api/users/${state.userId}/signing-methods`,
    json: { type: 'EMERGENCY_CODE' },
    byPin: true,
  }),
  'PUT /api/users/{id}/signing-methods/{methodId}': async () => {
    const path = `/api/users/${state.userId}/signing-methods`
    const method = { 'signing-method': `${state.methodId}:${pincode}` }
    const made = await resultOf('POST', path, { type: 'PASSWORD', value: 'a long password' }, method)
    return { path: `${path}/${made.id}`, json: { value: 'another password' }, byPin: true }
  },
  'DELETE /api/users/{id}/signing-methods/{methodId}': async () => {
    const path = `/api/users/${state.userId}/signing-methods`
    const method = { 'signing-method': `${state.methodId}:${pincode}` }
    const made = await resultOf('POST', path, { type: 'PASSWORD', value: 'a long password' }, method)
    return { path: `${path}/${made.id}`, byPin: true }
  },
  'GET /api/wallets': () => ({ path: `/api/wallets?userId=${state.userId}&includeBalance=true` }),
  'POST /api/wallets': () => ({
    path: '/api/wallets',
    json: { secretType: 'MATIC', userId: state.userId },
    byPin: true,
  }),
  'GET /api/wallets/{id}': () => ({ path: ids.wallet() }),
  'PATCH /api/wallets/{id}/metadata': () => ({ path: `${ids.wallet()}/metadata`, json: { identifier: 'renamed' } }),
  'PUT /api/wallets/{id}/user': async () => {
    const alone = await resultOf('POST', '/api/wallets', { secretType: 'BSC', pincode })
    return { path: `/api/wallets/${alone.id}/user`, json: { userId: state.userId, pincode }, byPin: true }
  },
  'POST /api/wallets/{id}/export': () => ({
    path: `${ids.wallet()}/export`,
    json: { type: 'PRIVATE_KEY' },
    byPin: true,
  }),
  'POST /api/wallets/import': () => ({
    path: '/api/wallets/import',
    json: { importWalletType: 'MIGRATION', walletId: state.walletId, to: 'POLYGON' },
    byPin: true,
  }),
  'GET /api/wallets/{id}/balance': () => ({ path: `${ids.wallet()}/balance` }),
  'GET /api/wallets/{id}/balance/tokens': () => ({ path: `${ids.wallet()}/balance/tokens?all=true` }),
  'GET /api/wallets/{id}/balance/tokens/{token}': () => ({ path: `${ids.wallet()}/balance/tokens/${state.coin}` }),
  'GET /api/wallets/{chain}/{address}/balance': () => ({ path: `${ids.address()}/balance` }),
  'GET /api/wallets/{chain}/{address}/balance/tokens': () => ({
    path: `${ids.address()}/balance/tokens?tokenAddress=${state.coin}`,
  }),
  'GET /api/wallets/{chain}/{address}/balance/tokens/{token}': () => ({
    path: `${ids.address()}/balance/tokens/${state.coin}`,
  }),
  'GET /api/wallets/{id}/nonfungibles': () => ({ path: `${ids.wallet()}/nonfungibles` }),
  'GET /api/wallets/{chain}/{address}/nonfungibles': () => ({ path: `${ids.address()}/nonfungibles` }),
  'GET /api/wallets/nonfungibles': () => ({ path: `/api/wallets/nonfungibles?userId=${state.userId}` }),
  'GET /api/nonfungibles/{chain}/{contract}': () => ({ path: ids.cards() }),
  'GET /api/nonfungibles/{chain}/{contract}/{tokenId}': () => ({ path: `${ids.cards()}/0` }),
  'GET /api/nonfungibles/{chain}/{contract}/{tokenId}/wallets': () => ({ path: `${ids.cards()}/0/wallets` }),
  'GET /api/contracts/{chain}/{address}/wallets': () => ({ path: `/api/contracts/ETHEREUM/${state.coin}/wallets` }),
  'GET /api/wallets/{id}/events': () => ({ path: `${ids.wallet()}/events` }),
  'GET /api/wallets/address/validation/{chain}/{address}': () => ({
    path: `/api/wallets/address/validation/ETHEREUM/${state.address}`,
  }),
  'POST /api/contracts/read': () => ({
    path: '/api/contracts/read',
    json: {
      secretType: 'ETHEREUM',
      walletAddress: state.address,
      contractAddress: state.coin,
      functionName: 'balanceOf',
      inputs: [{ type: 'address', value: state.address }],
      outputs: [{ type: 'uint256' }],
    },
  }),
  'POST /api/contracts/abi/encode': () => ({
    path: '/api/contracts/abi/encode',
    json: { secretType: 'ETHEREUM', functionName: 'f', inputs: [{ type: 'uint256', value: '1' }], outputs: [] },
  }),
  'POST /api/contracts/abi/decode': () => ({
    path: '/api/contracts/abi/decode',
    json: { secretType: 'ETHEREUM', data: `0x${'1'.padStart(64, '0')}`, outputs: [{ type: 'uint256' }] },
  }),
  'POST /api/signatures': () => ({
    path: '/api/signatures',
    json: { signatureRequest: message('READY') },
    byPin: true,
  }),
  'POST /api/signatures/verification': async () => {
    const { signature } = await resultOf('POST', '/api/signatures', { signatureRequest: message(), pincode })
    const signed = { secretType: 'ETHEREUM', signerAddress: state.address, message: 'hello', signature }
    return { path: '/api/signatures/verification', json: signed }
  },
  'GET /api/signatures': async () => {
    await resultOf('POST', '/api/signatures/build', message())
    return { path: `/api/signatures?status=SAVED&userId=${state.userId}` }
  },
  'GET /api/signatures/{id}': async () => {
    const { id } = await resultOf('POST', '/api/signatures/build', message())
    return { path: `/api/signatures/${id}` }
  },
  'DELETE /api/signatures/{id}': async () => {
    const { id } = await resultOf('POST', '/api/signatures/build', message())
    return { path: `/api/signatures/${id}` }
  },
  'POST /api/signatures/build': () => ({ path: '/api/signatures/build', json: { signatureRequest: message('SAVED') } }),
  'POST /api/signatures/{id}/confirm': async () => {
    const { id } = await resultOf('POST', '/api/signatures/build', message())
    return { path: `/api/signatures/${id}/confirm`, json: { secretType: 'ETHEREUM' }, byPin: true }
  },
  'POST /api/signatures/{id}/sign': async () => {
    const { id } = await resultOf('POST', '/api/signatures/build', message('READY'))
    return { path: `/api/signatures/${id}/sign`, byPin: true, json: {} }
  },
  'POST /api/transactions': () => ({ path: '/api/transactions', json: transfer('READY'), byPin: true }),
  'POST /api/transactions/build': () => ({ path: '/api/transactions/build', json: transfer() }),
  'POST /api/transactions/execute': () => ({
    path: '/api/transactions/execute',
    json: { transactionRequest: transfer() },
    byPin: true,
  }),
  'GET /api/transactions': async () => {
    await resultOf('POST', '/api/transactions', { ...transfer(), pincode })
    await resultOf('POST', '/api/transactions', transfer('SAVED'))
    return { path: `/api/transactions?userId=${state.userId}&size=50` }
  },
  'GET /api/transactions/{chain}/{hash}/status': async () => {
    const { transactionHash } = await resultOf('POST', '/api/transactions', { ...transfer(), pincode })
    await chain.anvil.rpc('evm_mine')
    return { path: `/api/transactions/ETHEREUM/${transactionHash}/status` }
  },
  'GET /api/transactions/{chain}/fees': () => ({ path: '/api/transactions/ETHEREUM/fees' }),
  'POST /api/transactions/resubmit': async () => ({
    path: '/api/transactions/resubmit',
    json: { secretType: 'ETHEREUM', transactionHash: await sendPending() },
    byPin: true,
  }),
  'POST /api/transactions/cancel': async () => ({
    path: '/api/transactions/cancel',
    json: { secretType: 'ETHEREUM', transactionHash: await sendPending() },
    byPin: true,
  }),
  'POST /api/transactions/{id}/confirm': async () => {
    const { id } = await resultOf('POST', '/api/transactions', transfer('SAVED'))
    return { path: `/api/transactions/${id}/confirm`, json: { secretType: 'ETHEREUM' }, byPin: true }
  },
  'POST /api/transactions/{id}/execute': async () => {
    const { id } = await resultOf('POST', '/api/transactions', transfer('READY'))
    return { path: `/api/transactions/${id}/execute`, json: {}, byPin: true }
  },
  'GET /api/swaps/rates': () => ({
    path: '/api/swaps/rates?fromSecretType=ETHEREUM&toSecretType=ETHEREUM&fromToken=ETH&toToken=C&amount=1&orderType=SELL',
  }),
  'GET /api/wallets/{id}/swaps/pairs': () => ({ path: `${ids.wallet()}/swaps/pairs` }),
  'POST /api/wallets/{id}/swaps': () => ({
    path: `${ids.wallet()}/swaps`,
    json: {
      walletId: state.walletId,
      destinationWalletId: state.walletId,
      fromSecretType: 'ETHEREUM',
      toSecretType: 'ETHEREUM',
      fromToken: 'ETH',
      toToken: 'C',
      inputAmount: 1,
      outputAmount: 2,
      orderType: 'SELL',
      exchange: 'UNISWAP',
      enableGasEstimate: true,
    },
  }),
  'GET /api/wallets/{id}/tokens/associations': () => ({ path: `${ids.wallet()}/tokens/associations` }),
  'GET /api/wallets/{chain}/{address}/tokens/associations': () => ({
    path: `/api/wallets/HEDERA/${randomAddress()}/tokens/associations`,
  }),
}

it('a reply of another shape is a fault', () => {
  const wallet = { id: 1, secretType: 'NO_CHAIN', balance: { decimals: 1.5 }, createdAt: 'today' }
  expect(modelFaults(models, 'WalletDto[]', [wallet])).toEqual([
    'result.0.id is no string: 1',
    'result.0.secretType is no Chain: "NO_CHAIN"',
    'result.0.createdAt is no time: "today"',
    'result.0.balance.decimals is no int: 1.5',
  ])
  expect(modelFaults(models, 'UserDto', { name: 'x' })).toEqual(['result has no field of UserDto'])
  expect(modelFaults(models, 'UserDto[]', {})).toEqual(['result is no list'])
  expect(modelFaults(models, 'UserDto', null)).toEqual(['result is no object'])
})

describe('the endpoints of the SDK', () => {
  it('are sixty, and each has a call here', () => {
    expect(endpoints).toHaveLength(60)
    expect(endpoints.map(({ method, path }) => `${method} ${path}`)).toEqual(Object.keys(calls))
  })

  it.each(endpoints)(
    '$method $path replies in the shape of its model, or refuses by name',
    { timeout: 120_000 },
    async (endpoint) => {
      const { method, path, model, refused } = endpoint
      const prepared = await calls[`${method} ${path}`]?.()
      if (prepared === undefined) throw new Error('no call')
      const { json, byPin } = prepared
      const reply = await sendRequest(port, method, prepared.path, {
        headers: { authorization, ...(byPin === true && { 'signing-method': `${state.methodId}:${pincode}` }) },
        ...(json !== undefined && { json }),
      })
      await chain.anvil.rpc('evm_mine')
      await chain.anvil.rpc('evm_setAutomine', true)
      const envelope = z
        .object({
          success: z.boolean(),
          result: z.unknown().optional(),
          pagination: z.unknown().optional(),
          errors: z.array(z.object({ errorCode: z.string(), errorMessage: z.string() })).optional(),
        })
        .parse(reply.json)
      if (refused !== undefined) {
        expect({ status: reply.status, code: envelope.errors?.[0]?.errorCode }).toEqual({ status: 400, code: refused })
        return
      }
      expect({ status: reply.status, success: envelope.success }, reply.text).toEqual({ status: 200, success: true })
      if (model !== '') expect(modelFaults(models, model, envelope.result)).toEqual([])
      if (model.endsWith('[]')) expect(envelope.result).not.toHaveLength(0)
      if (envelope.pagination !== undefined) expect(modelFaults(models, 'Pagination', envelope.pagination)).toEqual([])
    },
  )
})

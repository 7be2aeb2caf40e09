import { bundlerClient } from '@billfold/core'
import { AbiCoder, concat, Interface, parseEther } from 'ethers'
import { createPublicClient, type Hex, http } from 'viem'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { JsonValue } from '../json-value.ts'
import { deployContract } from './contract-accounts.ts'
import { readBytecode } from './contract-artifacts.ts'
import type { CustodyReply } from './custody-host.ts'
import { contracts, deploySmartAccountContracts } from './smart-account-contracts.ts'
import { RpcError, startTestBundler, type TestBundler } from './test-bundler.ts'
import { randomAddress, startTransactingChain, type TransactingChain } from './transacting-chain.ts'
import { pincode } from './transacting-host.ts'

let chain: TransactingChain
let bundler: TestBundler
let token: string

const erc20 = new Interface([
  'constructor(string name, string symbol, uint256 initialSupply, address owner)',
  'function balanceOf(address) view returns (uint256)',
])

beforeAll(async () => {
  chain = await startTransactingChain(async (anvil) => {
    await deploySmartAccountContracts(anvil)
    bundler = await startTestBundler(anvil)
    return { smartAccounts: { ETHEREUM: { bundler: bundlerClient({ url: bundler.url }) } } }
  })
})

afterAll(async () => {
  await bundler.close()
  await chain.close()
})

afterEach(async () => {
  bundler.overrides.clear()
  bundler.isBundling = true
  await bundler.bundle()
})

interface Account {
  readonly id: string
  readonly address: string
  readonly ownerAddress: string
}

async function createAccount(funds = '10'): Promise<Account> {
  const body = { secretType: 'ETHEREUM', walletType: 'SMART_ACCOUNT', pincode }
  const { status, result } = await chain.host.call('POST', '/api/wallets', body)
  expect(status).toBe(200)
  await chain.anvil.rpc('anvil_setBalance', result.address, `0x${parseEther(funds).toString(16)}`)
  return result
}

async function createDeployedAccount(): Promise<Account> {
  const account = await createAccount()
  expect((await send(account.id, { to: randomAddress(), value: 0 })).status).toBe(200)
  await bundler.bundle()
  expect(await chain.provider.getCode(account.address)).not.toBe('0x')
  return account
}

function send(walletId: string, request: object, idempotencyKey?: string): Promise<CustodyReply> {
  const body = { pincode, transactionRequest: { type: 'TRANSFER', secretType: 'ETHEREUM', walletId, ...request } }
  const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
  return chain.host.call('POST', '/api/transactions', body, headers)
}

const statusOf = async (hash: string): Promise<JsonValue> =>
  (await chain.host.call('GET', `/api/transactions/ETHEREUM/${hash}/status`)).result
const balanceOf = (address: string): Promise<bigint> => chain.provider.getBalance(address)

/** Lets time pass for the host and the chain. */
async function passTime(seconds: number): Promise<void> {
  chain.clock.aheadMs += seconds * 1000
  await chain.anvil.rpc('evm_increaseTime', seconds)
  await chain.anvil.rpc('evm_mine')
}

describe('a SMART_ACCOUNT wallet', () => {
  it('has the address that the chain gives its account, and pays from it with its first operation', async () => {
    const account = await createAccount()
    expect(account).toMatchObject({ walletType: 'SMART_ACCOUNT', accountType: 'safe-1.4.1' })
    expect(await chain.provider.getCode(account.address)).toBe('0x')
    const to = randomAddress()
    const { status, result } = await send(account.id, { to, value: '1' })
    expect(status).toBe(200)
    await bundler.bundle()
    expect(await balanceOf(to)).toBe(parseEther('1'))
    const safe = new Interface(['function getOwners() view returns (address[])'])
    const owners = await chain.provider.call({ to: account.address, data: safe.encodeFunctionData('getOwners') })
    expect(safe.decodeFunctionResult('getOwners', owners)[0]).toEqual([account.ownerAddress])
    // viem computes the same hash from what the bundler got.
    expect(bundler.executed).toContain(result.transactionHash)
    expect(await statusOf(result.transactionHash)).toMatchObject({
      status: 'SUCCEEDED',
      hash: result.transactionHash,
      transactionHash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
    })
  })

  it('is of a user too, is listed and shown, and exports the key of its owner', async () => {
    const user = await chain.host.call('POST', '/api/users', { signingMethod: { type: 'PIN', value: pincode } })
    const body = { secretType: 'ETHEREUM', walletType: 'SMART_ACCOUNT', userId: user.result.id, pincode }
    const first = await chain.host.call('POST', '/api/wallets', body)
    const second = await chain.host.call('POST', '/api/wallets', body)
    expect(first.result.address).not.toBe(second.result.address)
    const shown = await chain.host.call('GET', `/api/wallets/${first.result.id}`)
    expect(shown.result).toMatchObject({ address: first.result.address, walletType: 'SMART_ACCOUNT' })
    const { result } = await chain.host.call('POST', `/api/wallets/${first.result.id}/export`, {
      type: 'PRIVATE_KEY',
      pincode,
    })
    const imported = await chain.host.call('POST', '/api/wallets/import', {
      importWalletType: 'ETHEREUM_PRIVATE_KEY',
      privateKey: result.privateKey,
      pincode,
    })
    expect(imported.result).toMatchObject({ address: first.result.ownerAddress, walletType: 'WHITE_LABEL' })
  })

  it('sends tokens, and several transfers and calls at once, or none of them', async () => {
    const account = await createDeployedAccount()
    const args = AbiCoder.defaultAbiCoder().encode(
      ['string', 'string', 'uint256', 'address'],
      ['Coin', 'C', parseEther('100'), account.address],
    )
    token = await deployContract(chain.anvil, concat([readBytecode('token'), args]))
    const tokensOf = async (owner: string): Promise<bigint> =>
      BigInt(await chain.provider.call({ to: token, data: erc20.encodeFunctionData('balanceOf', [owner]) }))
    const [one, other] = [randomAddress(), randomAddress()]
    expect((await send(account.id, { type: 'TOKEN_TRANSFER', to: one, tokenAddress: token, value: '1' })).status).toBe(
      200,
    )
    const calls = [
      { type: 'TOKEN_TRANSFER', to: one, tokenAddress: token, value: '2' },
      { type: 'TRANSFER', to: other, value: '0.5' },
      {
        type: 'CONTRACT_EXECUTION',
        to: token,
        functionName: 'transfer',
        inputs: [
          { type: 'address', value: other },
          { type: 'uint256', value: '7' },
        ],
      },
    ]
    const batch = await send(account.id, { type: 'BATCH', calls })
    expect(batch.codes).toEqual([])
    await bundler.bundle()
    expect([await tokensOf(one), await tokensOf(other), await balanceOf(other)]).toEqual([
      parseEther('3'),
      7n,
      parseEther('0.5'),
    ])
    const tooMuch = { type: 'TOKEN_TRANSFER', to: one, tokenAddress: token, value: '1000' }
    const failing = await send(account.id, { type: 'BATCH', calls: [{ ...calls[1] }, tooMuch] })
    expect(failing.status).toBe(200)
    await bundler.bundle()
    expect(await statusOf(failing.result.transactionHash)).toMatchObject({ status: 'FAILED' })
    expect(await balanceOf(other)).toBe(parseEther('0.5'))
  })

  it('deploys its account once: others wait, and are sent after that', async () => {
    const account = await createAccount()
    const to = randomAddress()
    bundler.isBundling = false
    const replies = await Promise.all(Array.from({ length: 4 }, () => send(account.id, { to, value: '0.1' })))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(replies.filter(({ status }) => status === 409).map(({ codes }) => codes[0])).toEqual(
      Array.from({ length: 3 }, () => 'smart-account.deploying'),
    )
    await bundler.bundle()
    expect((await send(account.id, { to, value: '0.1' })).status).toBe(200)
    await bundler.bundle()
    expect(await balanceOf(to)).toBe(parseEther('0.2'))
  })

  it('sends once for one Idempotency-Key, and refuses another request with it', async () => {
    const account = await createDeployedAccount()
    const to = randomAddress()
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => send(account.id, { to, value: '0.1' }, 'the same key')),
    )
    expect(new Set(replies.map(({ result }) => result.transactionHash)).size).toBe(1)
    expect((await send(account.id, { to, value: '0.2' }, 'the same key')).codes).toEqual(['idempotency-key.reused'])
    await bundler.bundle()
    expect(await balanceOf(to)).toBe(parseEther('0.1'))
  })

  it('is built without a signature', async () => {
    const account = await createAccount()
    const to = randomAddress()
    const body = {
      transactionRequest: { type: 'TRANSFER', secretType: 'ETHEREUM', walletId: account.id, to, value: 1 },
    }
    const { result } = await chain.host.call('POST', '/api/transactions/build', body)
    expect(result).toMatchObject({
      transactionType: 'USER_OPERATION',
      entryPoint: contracts.entryPoint,
      calls: [{ to: to.toLowerCase(), value: parseEther('1').toString(), data: '0x' }],
      userOperation: { sender: account.address, factory: contracts.safeProxyFactory },
    })
    expect(result.userOperation).not.toHaveProperty('signature')
  })

  it.each([
    ['a delegation', { type: 'DELEGATION', delegate: contracts.safe }, 'transaction.unsupported-type'],
    ['a gas price', { to: contracts.safe, value: 0, chainSpecificFields: { gasPrice: 1 } }, undefined],
    ['a nonce', { to: contracts.safe, value: 0, chainSpecificFields: { nonce: 1 } }, undefined],
    ['an empty batch', { type: 'BATCH', calls: [] }, undefined],
    [
      'a batch of 33',
      { type: 'BATCH', calls: Array.from({ length: 33 }, () => ({ type: 'TRANSFER', to: contracts.safe, value: 0 })) },
      undefined,
    ],
    ['a batch in a batch', { type: 'BATCH', calls: [{ type: 'BATCH', calls: [] }] }, undefined],
  ])('refuses %s', async (_what, request, code) => {
    const account = await createAccount()
    const { status, codes } = await send(account.id, request)
    expect(status).toBe(400)
    if (code !== undefined) expect(codes).toEqual([code])
  })

  it('is refused where the host has no bundler, and a batch where the account is a plain one', async () => {
    const body = { secretType: 'MATIC', walletType: 'SMART_ACCOUNT', pincode }
    expect(await chain.host.call('POST', '/api/wallets', body)).toMatchObject({ status: 501 })
    const calls = [{ type: 'TRANSFER', to: randomAddress(), value: 0 }]
    expect((await send(chain.wallet.id, { type: 'BATCH', calls })).codes).toEqual(['transaction.unsupported-type'])
  })

  it('sends nothing again at another fee', async () => {
    const account = await createDeployedAccount()
    bundler.isBundling = false
    const { result } = await send(account.id, { to: randomAddress(), value: 0 })
    for (const path of ['cancel', 'resubmit']) {
      const body = { pincode, secretType: 'ETHEREUM', transactionHash: result.transactionHash }
      const { codes } = await chain.host.call('POST', `/api/transactions/${path}`, body)
      expect(codes).toEqual(['transaction.unsupported-type'])
    }
  })
})

describe('signatures of a SMART_ACCOUNT wallet', () => {
  const sign = (walletId: string, request: object) =>
    chain.host.call('POST', '/api/signatures', {
      pincode,
      signatureRequest: { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, ...request },
    })
  const verify = async (signature: string, walletAddress: string, data: string): Promise<boolean> =>
    (
      await chain.host.call('POST', '/api/signatures/verification', {
        secretType: 'ETHEREUM',
        signature,
        walletAddress,
        data,
      })
    ).result.isValid

  it('are verified by the account (ERC-1271), before it is deployed too (ERC-6492), also by another library', async () => {
    const viem = createPublicClient({ transport: http(chain.anvil.url) })
    const accounts = [await createDeployedAccount(), await createAccount()]
    for (const [index, { id, address }] of accounts.entries()) {
      const { result } = await sign(id, { data: 'hello' })
      const { signature } = result
      expect(signature.endsWith('6492'.repeat(16))).toBe(index === 1)
      expect(await verify(signature, address, 'hello')).toBe(true)
      expect(await verify(signature, address, 'bye')).toBe(false)
      expect(await verify(signature, accounts[1 - index]?.address ?? '', 'hello')).toBe(false)
      const query = { address: address as Hex, message: 'hello', signature: signature as Hex }
      expect(await viem.verifyMessage(query)).toBe(true)
    }
  })

  it('are of typed data too, and never of raw bytes', async () => {
    const { id, address } = await createDeployedAccount()
    const types = { Mail: [{ name: 'text', type: 'string' }] } as const
    const data = { types, primaryType: 'Mail', domain: { name: 'Mail' }, message: { text: 'hello' } } as const
    const { result } = await sign(id, { type: 'EIP712', data })
    const viem = createPublicClient({ transport: http(chain.anvil.url) })
    expect(await viem.verifyTypedData({ ...data, address: address as Hex, signature: result.signature })).toBe(true)
    expect((await sign(id, { type: 'ETHEREUM_RAW', data: '11'.repeat(32) })).status).toBe(403)
  })
})

describe('a bundler that', () => {
  it('does not respond gets the operation later, once', async () => {
    const account = await createDeployedAccount()
    const to = randomAddress()
    bundler.overrides.set('eth_sendUserOperation', () => {
      throw new RpcError(-32_603, 'internal error')
    })
    const { status, result } = await send(account.id, { to, value: '0.1' })
    expect(status).toBe(200)
    expect((await statusOf(result.transactionHash)).status).toBe('PENDING')
    bundler.overrides.clear()
    await passTime(120)
    await chain.host.billfold.maintain()
    await bundler.bundle()
    await passTime(120)
    await chain.host.billfold.maintain()
    expect(await balanceOf(to)).toBe(parseEther('0.1'))
    expect((await statusOf(result.transactionHash)).status).toBe('SUCCEEDED')
  })

  it('refuses an operation makes it fail, and the account can be deployed by another one', async () => {
    const account = await createAccount('0')
    const refused = await send(account.id, { to: randomAddress(), value: 0 })
    expect(refused).toMatchObject({ status: 400, codes: ['transaction.insufficient-funds'] })
    await chain.anvil.rpc('anvil_setBalance', account.address, `0x${parseEther('1').toString(16)}`)
    expect((await send(account.id, { to: randomAddress(), value: 0 })).status).toBe(200)
  })

  it('holds an operation back until it has expired lets it fail for good', async () => {
    const account = await createDeployedAccount()
    const to = randomAddress()
    bundler.overrides.set('eth_sendUserOperation', () => `0x${'00'.repeat(32)}`)
    const { result } = await send(account.id, { to, value: '0.1' })
    expect((await statusOf(result.transactionHash)).status).toBe('PENDING')
    await passTime(3600 + 16 * 60)
    await chain.host.billfold.maintain()
    expect((await statusOf(result.transactionHash)).status).toBe('EXPIRED')
    bundler.overrides.clear()
    await chain.host.billfold.maintain()
    await bundler.bundle()
    expect(await balanceOf(to)).toBe(0n)
    const [listed] = (await chain.host.call('GET', '/api/transactions?size=1')).result
    expect(listed.transactionRequest.status).toBe('FAILED')
  })

  it('forgets what it has executed cannot hide it: the logs of the chain say whether its calls succeeded', async () => {
    const account = await createDeployedAccount()
    const to = randomAddress()
    const paid = (await send(account.id, { to, value: '1' })).result.transactionHash
    const tooMuch = { type: 'TOKEN_TRANSFER', to, tokenAddress: token, value: '1000' }
    const reverted = (await send(account.id, { type: 'BATCH', calls: [tooMuch] })).result.transactionHash
    await bundler.bundle()
    expect(await balanceOf(to)).toBe(parseEther('1'))
    bundler.overrides.set('eth_getUserOperationReceipt', () => null)
    const states = async () => [(await statusOf(paid)).status, (await statusOf(reverted)).status]
    expect(await states()).toEqual(['PENDING', 'PENDING'])
    await passTime(11 * 60)
    await chain.anvil.rpc('anvil_mine', '0x40')
    await chain.host.billfold.maintain()
    bundler.overrides.set('eth_getUserOperationReceipt', () => {
      throw new RpcError(-32_603, 'internal error')
    })
    expect(await states()).toEqual(['SUCCEEDED', 'FAILED'])
    expect((await statusOf(paid)).hasReachedFinality).toBe(true)
  })

  it('says that it refuses what it executes cannot hide it', async () => {
    const account = await createDeployedAccount()
    const to = randomAddress()
    bundler.isBundling = false
    const { result } = await send(account.id, { to, value: '0.1' })
    await bundler.bundle()
    bundler.overrides.set('eth_sendUserOperation', () => {
      throw new RpcError(-32_500, 'AA25 invalid account nonce')
    })
    bundler.overrides.set('eth_getUserOperationReceipt', () => null)
    expect((await statusOf(result.transactionHash)).status).toBe('PENDING')
    bundler.overrides.clear()
    expect((await statusOf(result.transactionHash)).status).toBe('SUCCEEDED')
    expect(await balanceOf(to)).toBe(parseEther('0.1'))
  })

  it.each([
    ['asks for too much gas of its own', { preVerificationGas: '0xffffffff' }, 'transaction.fee-too-high'],
    ['estimates a number of 80 bits', { callGasLimit: `0x${'f'.repeat(20)}` }, 'transaction.chain-unavailable'],
    ['estimates no number', { callGasLimit: 'many' }, 'transaction.chain-unavailable'],
  ])('%s gets no operation', async (_what, estimate, code) => {
    const account = await createDeployedAccount()
    const honest = { callGasLimit: '0x7a120', verificationGasLimit: '0xc3500', preVerificationGas: '0xea60' }
    bundler.overrides.set('eth_estimateUserOperationGas', () => ({ ...honest, ...estimate }))
    const before = bundler.taken.length
    expect((await send(account.id, { to: randomAddress(), value: 0 })).codes).toEqual([code])
    expect(bundler.taken).toHaveLength(before)
  })
})

import { bundlerClient, paymasterClient } from '@billfold/core'
import { Interface, parseEther } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deploy } from './contract-accounts.ts'
import { contracts, deploySmartAccountContracts } from './smart-account-contracts.ts'
import { RpcError, startTestBundler, type TestBundler } from './test-bundler.ts'
import { randomAddress, startTransactingChain, type TransactingChain } from './transacting-chain.ts'
import { pincode } from './transacting-host.ts'

/** Pays for every operation: returns no context, and 0 for valid (`validatePaymasterUserOp`). */
const paysForAll = '604060005260606000f3'
const entryPoint = new Interface([
  'function depositTo(address account) payable',
  'function balanceOf(address account) view returns (uint256)',
])

let chain: TransactingChain
let bundler: TestBundler
let paymaster: string
/** What the service was asked: the method, the operation, the entry point, the chain and the context. */
let asked: [string, ...unknown[]][]

beforeAll(async () => {
  asked = []
  chain = await startTransactingChain(async (anvil) => {
    await deploySmartAccountContracts(anvil)
    bundler = await startTestBundler(anvil)
    paymaster = await deploy(anvil, paysForAll)
    const respond = (method: string) => (params: readonly unknown[]) => {
      asked.push([method, ...params])
      return { paymaster, paymasterData: method === 'pm_getPaymasterData' ? '0xabcd' : '0x0000' }
    }
    for (const method of ['pm_getPaymasterStubData', 'pm_getPaymasterData'])
      bundler.overrides.set(method, respond(method))
    const service = paymasterClient({ url: bundler.url, context: { policy: 'customers' } })
    const settings = { bundler: bundlerClient({ url: bundler.url }), paymaster: service }
    return { smartAccounts: { ETHEREUM: settings } }
  })
  const [from] = (await chain.anvil.rpc('eth_accounts')) as readonly string[]
  await chain.anvil.rpc('eth_sendTransaction', {
    from,
    to: contracts.entryPoint,
    value: `0x${parseEther('1').toString(16)}`,
    data: entryPoint.encodeFunctionData('depositTo', [paymaster]),
  })
  await chain.anvil.rpc('evm_mine')
})

afterAll(async () => {
  await bundler.close()
  await chain.close()
})

const deposit = async (): Promise<bigint> =>
  BigInt(
    await chain.provider.call({
      to: contracts.entryPoint,
      data: entryPoint.encodeFunctionData('balanceOf', [paymaster]),
    }),
  )
const send = (walletId: string, request: object) =>
  chain.host.call('POST', '/api/transactions', {
    pincode,
    transactionRequest: { type: 'TRANSFER', secretType: 'ETHEREUM', walletId, ...request },
  })

describe('a contract account with a paymaster (ERC-7677)', () => {
  it('is deployed and sends all that it has, while the paymaster pays the gas', async () => {
    const body = { secretType: 'ETHEREUM', walletType: 'SMART_ACCOUNT', pincode }
    const { result: account } = await chain.host.call('POST', '/api/wallets', body)
    await chain.anvil.rpc('anvil_setBalance', account.address, `0x${parseEther('1').toString(16)}`)
    const [to, before] = [randomAddress(), await deposit()]
    const { status, result } = await send(account.id, { to, value: '1' })
    expect(status).toBe(200)
    await bundler.bundle()
    expect(bundler.executed).toEqual([result.transactionHash])
    expect(await chain.provider.getBalance(to)).toBe(parseEther('1'))
    expect(await chain.provider.getBalance(account.address)).toBe(0n)
    expect(await deposit()).toBeLessThan(before)
    const chainId = `0x${chain.anvil.chainId.toString(16)}`
    expect(asked).toEqual([
      ['pm_getPaymasterStubData', expect.anything(), contracts.entryPoint, chainId, { policy: 'customers' }],
      ['pm_getPaymasterData', expect.anything(), contracts.entryPoint, chainId, { policy: 'customers' }],
    ])
    // The data is made for an operation whose gas is known.
    expect(asked[1]?.[1]).toMatchObject({ sender: account.address, callGasLimit: '0x7a120' })
  })

  it('sends nothing if the service refuses', async () => {
    const body = { secretType: 'ETHEREUM', walletType: 'SMART_ACCOUNT', pincode }
    const { result: account } = await chain.host.call('POST', '/api/wallets', body)
    bundler.overrides.set('pm_getPaymasterStubData', () => {
      throw new RpcError(-32_001, 'not sponsored')
    })
    const { status, codes } = await send(account.id, { to: randomAddress(), value: 0 })
    expect({ status, codes }).toEqual({ status: 503, codes: ['transaction.chain-unavailable'] })
  })

  const big = `0x${'f'.repeat(64)}`
  const honest = { paymasterData: '0x', paymasterVerificationGasLimit: '0x186a0', paymasterPostOpGasLimit: '0x0' }
  const hostileAnswers: readonly (readonly [string, unknown, string | undefined])[] = [
    ['nothing', null, 'transaction.chain-unavailable'],
    ['a text', 'paymaster', 'transaction.chain-unavailable'],
    ['an address of 19 bytes', { paymaster: `0x${'11'.repeat(19)}`, ...honest }, 'transaction.chain-unavailable'],
    ['data that is no hex', { paymasterData: '0xzz' }, 'transaction.chain-unavailable'],
    ['half a byte', { paymasterData: '0x1' }, 'transaction.chain-unavailable'],
    ['a megabyte', { paymasterData: `0x${'ab'.repeat(2 ** 19)}` }, 'transaction.chain-unavailable'],
    ['100 kilobytes', { paymasterData: `0x${'ab'.repeat(100_000)}` }, 'transaction.chain-unavailable'],
    ['gas of 256 bits for its verification', { paymasterVerificationGasLimit: big }, 'transaction.chain-unavailable'],
    ['gas of 256 bits for its end', { paymasterPostOpGasLimit: big }, 'transaction.chain-unavailable'],
    ['negative gas', { paymasterPostOpGasLimit: '-0x1' }, 'transaction.chain-unavailable'],
    ['an address that is no contract', { paymaster: `0x${'11'.repeat(20)}` }, undefined],
  ]

  it.each(hostileAnswers)('whose service answers with %s sends nothing', async (_what, answer, code) => {
    const body = { secretType: 'ETHEREUM', walletType: 'SMART_ACCOUNT', pincode }
    const { result: account } = await chain.host.call('POST', '/api/wallets', body)
    const isObject = typeof answer === 'object' && answer !== null
    const respond = () => (isObject ? { paymaster, ...honest, ...answer } : answer)
    // A bundler that estimates no gas for paymasters leaves it to the service.
    const gas = { callGasLimit: '0x7a120', verificationGasLimit: '0xc3500', preVerificationGas: '0xea60' }
    bundler.overrides.set('eth_estimateUserOperationGas', () => gas)
    for (const method of ['pm_getPaymasterStubData', 'pm_getPaymasterData']) bundler.overrides.set(method, respond)
    const taken = bundler.taken.length
    const { status, codes } = await send(account.id, { to: randomAddress(), value: 0 })
    expect(codes).toHaveLength(1)
    expect(status).not.toBe(500)
    if (code !== undefined) expect(codes).toEqual([code])
    expect(bundler.taken).toHaveLength(taken)
  })
})

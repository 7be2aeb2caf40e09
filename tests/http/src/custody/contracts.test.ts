import { ContractFactory, parseEther, type BaseContract } from 'ethers'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomAddress, startTransactingChain, type TransactingChain } from './transacting-chain.ts'
import { createWallet, pincode } from './transacting-host.ts'

let chain: TransactingChain
let token: BaseContract
let tokenAddress: string

beforeAll(async () => {
  chain = await startTransactingChain()
  token = await deploy('ERC20PresetFixedSupply', 'Coin', 'C', 1000, chain.wallet.address)
  tokenAddress = await token.getAddress()
})

afterAll(() => chain.close())

async function deploy(name: string, ...args: readonly unknown[]): Promise<BaseContract> {
  const { abi, bytecode } = createRequire(import.meta.url)(`@openzeppelin/contracts/build/contracts/${name}.json`)
  const contract = await new ContractFactory(abi, bytecode, await chain.provider.getSigner(0)).deploy(...args)
  await contract.waitForDeployment()
  return contract
}

const read = (request: object): ReturnType<TransactingChain['host']['call']> =>
  chain.host.call('POST', '/api/contracts/read', { secretType: 'ETHEREUM', contractAddress: tokenAddress, ...request })

describe('reading a contract', () => {
  it('returns each value with its type', async () => {
    const inputs = [{ type: 'address', value: chain.wallet.address }]
    const outputs = [{ type: 'uint256' }]
    const { result } = await read({ functionName: 'balanceOf', inputs, outputs })
    expect(result).toEqual([{ type: 'uint256', value: '1000' }])
    const named = await read({ functionName: 'name', inputs: null, outputs: [{ type: 'string' }] })
    expect(named.result).toEqual([{ type: 'string', value: 'Coin' }])
  })

  it('is refused for an address without such a function, and names the reason of a revert', async () => {
    const outputs = [{ type: 'uint256' }]
    const nobody = await read({ contractAddress: randomAddress(), functionName: 'totalSupply', outputs })
    expect(nobody).toMatchObject({ status: 400, codes: ['contractAddress'] })
    expect(await read({ functionName: 'missing', outputs })).toMatchObject({ codes: ['transaction.reverted'] })
    expect(await read({ functionName: 'name', outputs: [{ type: 'uint256[]' }] })).toMatchObject({ codes: ['outputs'] })
    const response = await fetch(`http://127.0.0.1:${chain.host.port}/api/contracts/read`, {
      method: 'POST',
      headers: { authorization: chain.host.authorization, 'content-type': 'application/json' },
      body: JSON.stringify({
        secretType: 'ETHEREUM',
        contractAddress: tokenAddress,
        walletAddress: randomAddress(),
        functionName: 'transfer',
        inputs: [
          { type: 'address', value: randomAddress() },
          { type: 'uint256', value: 1 },
        ],
      }),
    })
    const { errors } = (await response.json()) as { errors: readonly { message: string }[] }
    expect(errors[0]?.message).toBe('The contract reverted the call: ERC20: transfer amount exceeds balance')
  })

  it('is refused on a chain without a node, which does not say that nothing was sent', async () => {
    const outputs = [{ type: 'uint256' }]
    for (const secretType of ['BITCOIN', 'LITECOIN', 'SOLANA', 'TRON', 'MATIC'])
      expect(await read({ secretType, functionName: 'f', outputs })).toMatchObject({
        status: 503,
        codes: ['transaction.chain-unavailable'],
      })
    const path = `/api/transactions/ETHEREUM/0x${'ab'.repeat(32)}/status`
    const response = await fetch(`http://127.0.0.1:${chain.hostWithoutNode.port}${path}`, {
      headers: { authorization: chain.hostWithoutNode.authorization },
    })
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ errors: [{ message: 'No node of the chain is available' }] })
  })
})

describe('a contract execution', () => {
  it('sends its value in wei, as it is', async () => {
    const weth = await deploy('ERC20PresetMinterPauser', 'Coin', 'C')
    // The fallback takes no coins: the call reverts, with the value in its estimate.
    const request = { type: 'CONTRACT_EXECUTION', to: await weth.getAddress(), functionName: 'pause', value: 1 }
    expect(await chain.sendAndMine(chain.host, chain.wallet.id, request)).toMatchObject({
      codes: ['transaction.reverted'],
    })
    const to = randomAddress()
    const plain = { type: 'CONTRACT_EXECUTION', to, functionName: 'anything', value: '3' }
    expect((await chain.sendAndMine(chain.host, chain.wallet.id, plain)).status).toBe(200)
    expect(await chain.provider.getBalance(to)).toBe(3n)
    expect((await chain.sendAndMine(chain.host, chain.wallet.id, { ...plain, value: 0.0 })).status).toBe(200)
    expect(await chain.sendAndMine(chain.host, chain.wallet.id, { ...plain, value: 0.5 })).toMatchObject({
      status: 400,
      codes: ['transactionRequest.value'],
    })
    expect(await chain.provider.getBalance(to)).toBe(3n)
  })
})

describe('a wallet', () => {
  it('shows its balance from its first moment, and where it is changed or linked', async () => {
    const made = await createWallet(chain.host)
    expect(made).toMatchObject({ balance: { available: true, balance: 0, rawBalance: '0' } })
    await chain.anvil.rpc('anvil_setBalance', made.address, `0x${parseEther('2').toString(16)}`)
    const changed = await chain.host.call('PATCH', `/api/wallets/${made.id}/metadata`, { description: 'x' })
    expect(changed.result.balance).toMatchObject({ available: true, balance: 2 })
    const { result: user } = await chain.host.call('POST', '/api/users', {
      signingMethod: { type: 'PIN', value: '471148' },
    })
    const method = { 'signing-method': `${user.signingMethods[0].id}:471148` }
    const body = { userId: user.id, pincode }
    const linked = await chain.host.call('PUT', `/api/wallets/${made.id}/user`, body, method)
    expect(linked.result.balance).toMatchObject({ available: true, balance: 2 })
    const imported = await chain.host.call('POST', '/api/wallets/import', {
      importWalletType: 'ETHEREUM_PRIVATE_KEY',
      privateKey: '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
      pincode,
    })
    expect(imported.result.balance).toMatchObject({ available: true, balance: expect.closeTo(10_000, -1) })
  })

  it('is listed without asking a node if the balance is not wanted', async () => {
    const { result } = await chain.host.call('GET', '/api/wallets?includeBalance=false')
    expect(result[0].balance).toMatchObject({ available: false })
  })

  it('knows the newest block of its chain', async () => {
    const { result } = await chain.host.call('GET', '/api/chains/ETHEREUM')
    expect(result).toMatchObject({ chainId: 31_337, blockNumber: expect.any(Number), requiredConfirmations: 12 })
  })
})

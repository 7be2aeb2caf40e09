import { ContractFactory, type JsonRpcSigner, type BaseContract, parseEther } from 'ethers'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evmConnections } from './evm-connections.ts'
import { randomAddress, startTransactingChain, type TransactingChain } from './transacting-chain.ts'
import { createWallet, pincode, type TransactingHost } from './transacting-host.ts'

const artifact = (name: string): { abi: []; bytecode: string } =>
  createRequire(import.meta.url)(`@openzeppelin/contracts/build/contracts/${name}.json`)

let chain: TransactingChain
let anvil: TransactingChain['anvil']
let provider: TransactingChain['provider']
let host: TransactingHost
let wallet: TransactingChain['wallet']
let sendAndMine: TransactingChain['sendAndMine']

/** Deploys a contract from the first account of Anvil. */
async function deploy(
  name: string,
  ...args: readonly unknown[]
): Promise<BaseContract & { readonly signer: JsonRpcSigner }> {
  const signer = await provider.getSigner(0)
  const { abi, bytecode } = artifact(name)
  const contract = await new ContractFactory(abi, bytecode, signer).deploy(...args)
  await contract.waitForDeployment()
  return Object.assign(contract, { signer })
}

/** Calls a view function of a contract. */
async function view(contract: BaseContract, name: string, ...args: readonly unknown[]): Promise<unknown> {
  return contract.getFunction(name).staticCall(...args)
}

async function sendCall(contract: BaseContract, name: string, ...args: readonly unknown[]): Promise<void> {
  await (await contract.getFunction(name).send(...args)).wait()
}

describe.each(evmConnections)('over $name:', (connection) => {
  beforeAll(async () => {
    chain = await startTransactingChain(undefined, [], connection)
    ;({ anvil, provider, host, wallet, sendAndMine } = chain)
  })

  afterAll(() => chain.close())

  describe('a transfer', () => {
    it('is mined and changes the balances', async () => {
      const own = await createWallet(host)
      await anvil.rpc('anvil_setBalance', own.address, `0x${parseEther('1').toString(16)}`)
      const to = randomAddress()
      const { status, result } = await sendAndMine(host, own.id, { to, value: 0.1 })
      expect(status).toBe(200)
      expect(result).toEqual({ id: expect.any(String), transactionHash: expect.stringMatching(/^0x[0-9a-f]{64}$/) })
      expect(await provider.getBalance(to)).toBe(parseEther('0.1'))
      const receipt = await provider.getTransactionReceipt(result.transactionHash)
      expect(receipt?.from).toBe(own.address)
      expect((await provider.getTransaction(result.transactionHash))?.type).toBe(2)
      const left = parseEther('0.9') - (receipt?.fee ?? 0n)
      const { result: shown } = await host.call('GET', `/api/wallets/${own.id}`)
      expect(shown.balance).toEqual({
        available: true,
        secretType: 'ETHEREUM',
        balance: expect.closeTo(Number(left) / 1e18),
        gasBalance: expect.closeTo(Number(left) / 1e18),
        symbol: 'ETH',
        gasSymbol: 'ETH',
        rawBalance: left.toString(),
        rawGasBalance: left.toString(),
        decimals: 18,
      })
      const { result: listed } = await host.call('GET', '/api/wallets?secretType=ETHEREUM')
      expect(listed.find(({ id }: { id: string }) => id === own.id)).toEqual(shown)
    })

    it('is sent by /execute and as GAS_TRANSFER', async () => {
      const to = randomAddress()
      const transactionRequest = {
        type: 'GAS_TRANSFER',
        secretType: 'ETHEREUM',
        walletId: wallet.id,
        to,
        value: '0.000000000000000001',
      }
      const { status } = await host.call('POST', '/api/transactions/execute', { pincode, transactionRequest })
      await anvil.rpc('evm_mine')
      expect(status).toBe(200)
      expect(await provider.getBalance(to)).toBe(1n)
    })

    it('is sent with a legacy gas price', async () => {
      const { result } = await sendAndMine(host, wallet.id, {
        to: randomAddress(),
        value: 0,
        chainSpecificFields: { gasPrice: '3000000000' },
      })
      expect(await provider.getTransaction(result.transactionHash)).toMatchObject({ type: 0, gasPrice: 3_000_000_000n })
    })

    it('requires the PIN', async () => {
      const transactionRequest = {
        type: 'TRANSFER',
        secretType: 'ETHEREUM',
        walletId: wallet.id,
        to: randomAddress(),
        value: 1,
      }
      const sent = (body: object): Promise<unknown> =>
        host.call('POST', '/api/transactions', { ...body, transactionRequest })
      expect(await sent({})).toMatchObject({ status: 403, codes: ['signing-method.required'] })
      expect(await sent({ pincode: '000001' })).toMatchObject({ status: 403, codes: ['pincode.incorrect'] })
    })

    it('is rejected without sufficient funds and consumes no nonce', async () => {
      const poor = await createWallet(host)
      expect(await sendAndMine(host, poor.id, { to: randomAddress(), value: 1 })).toMatchObject({
        status: 400,
        codes: ['transaction.insufficient-funds'],
      })
      const unestimated = { to: randomAddress(), value: 1, chainSpecificFields: { gasLimit: 21_000 } }
      expect(await sendAndMine(host, poor.id, unestimated)).toMatchObject({
        status: 400,
        codes: ['transaction.insufficient-funds'],
      })
      await anvil.rpc('anvil_setBalance', poor.address, `0x${parseEther('2').toString(16)}`)
      const { status, result } = await sendAndMine(host, poor.id, { to: randomAddress(), value: 1 })
      expect(status).toBe(200)
      expect(await provider.getTransactionReceipt(result.transactionHash)).toMatchObject({ status: 1 })
    })

    it('is rejected with the name of an invalid field', async () => {
      const to = randomAddress()
      const codes = async (request: Readonly<Record<string, unknown>>): Promise<unknown> =>
        (await sendAndMine(host, wallet.id, request)).codes
      expect(await codes({ to: 'nobody', value: 1 })).toEqual(['transactionRequest.to'])
      expect(await codes({ to, value: -1 })).toEqual(['transactionRequest.value'])
      expect(await codes({ to, value: '1,5' })).toEqual(['transactionRequest.value'])
      expect(await codes({ to, value: 1e-19 })).toEqual(['transactionRequest.value'])
      expect(await codes({ to, value: 1, secretType: 'MATIC' })).toEqual(['transactionRequest.secretType'])
      expect(await codes({ to, value: 1, chainSpecificFields: { nonce: 5 } })).toEqual([
        'transactionRequest.chainSpecificFields.nonce',
      ])
      expect(await codes({ to, value: 1, type: 'GIFT' })).toEqual(['transactionRequest.type'])
    })
  })

  describe('token transfers', () => {
    it('of ERC-20 are in whole tokens', async () => {
      const token = await deploy('ERC20PresetFixedSupply', 'Coin', 'C', parseEther('1000'), wallet.address)
      const to = randomAddress()
      const { status } = await sendAndMine(host, wallet.id, {
        type: 'TOKEN_TRANSFER',
        tokenAddress: await token.getAddress(),
        to,
        value: '12.5',
      })
      expect(status).toBe(200)
      expect(await view(token, 'balanceOf', to)).toBe(parseEther('12.5'))
      const tooMany = { type: 'TOKEN_TRANSFER', tokenAddress: await token.getAddress(), to, value: 1000 }
      expect(await sendAndMine(host, wallet.id, tooMany)).toMatchObject({
        status: 400,
        codes: ['transaction.reverted'],
      })
    })

    it('of ERC-721 move one token', async () => {
      const token = await deploy('ERC721PresetMinterPauserAutoId', 'Art', 'A', 'https://example.org/')
      await sendCall(token, 'mint', wallet.address)
      const to = randomAddress()
      const request = { type: 'NFT_TRANSFER', tokenAddress: await token.getAddress(), to, tokenId: 0 }
      expect((await sendAndMine(host, wallet.id, { ...request, amount: 2 })).codes).toEqual([
        'transactionRequest.amount',
      ])
      expect((await sendAndMine(host, wallet.id, request)).status).toBe(200)
      expect(await view(token, 'ownerOf', 0)).toBe(to)
    })

    it('of ERC-1155 move any amount', async () => {
      const token = await deploy('ERC1155PresetMinterPauser', 'https://example.org/')
      await sendCall(token, 'mint', wallet.address, 7, 10, '0x')
      const to = randomAddress()
      const request = { type: 'NFT_TRANSFER', tokenAddress: await token.getAddress(), to, tokenId: '7', amount: 4 }
      expect((await sendAndMine(host, wallet.id, request)).status).toBe(200)
      expect(await view(token, 'balanceOf', to, 7)).toBe(4n)
      expect(await view(token, 'balanceOf', wallet.address, 7)).toBe(6n)
    })

    it('return 400 if the address is not a token contract', async () => {
      for (const type of ['TOKEN_TRANSFER', 'NFT_TRANSFER'])
        expect(
          await sendAndMine(host, wallet.id, {
            type,
            tokenAddress: randomAddress(),
            to: randomAddress(),
            value: 1,
            tokenId: 1,
          }),
        ).toMatchObject({
          status: 400,
          codes: ['transactionRequest.tokenAddress'],
        })
    })
  })

  describe('a contract execution', () => {
    it('is mined', async () => {
      const token = await deploy('ERC20PresetFixedSupply', 'Coin', 'C', 1000, wallet.address)
      const spender = randomAddress()
      const inputs = [
        { type: 'address', value: spender },
        { type: 'uint256', value: '77' },
      ]
      const request = {
        type: 'CONTRACT_EXECUTION',
        to: await token.getAddress(),
        functionName: 'approve',
        inputs,
        value: 0,
      }
      const { result } = await sendAndMine(host, wallet.id, request)
      expect(await view(token, 'allowance', wallet.address, spender)).toBe(77n)
      const { result: found } = await host.call('GET', `/api/transactions/ETHEREUM/${result.transactionHash}/status`)
      expect(found).toMatchObject({
        hash: result.transactionHash,
        status: 'SUCCEEDED',
        confirmations: expect.any(Number),
        hasReachedFinality: false,
      })
    })

    it('is rejected if it would revert, or mined as failed if its gas is given', async () => {
      const token = await deploy('ERC20PresetFixedSupply', 'Coin', 'C', 1000, randomAddress())
      const inputs = [
        { type: 'address', value: randomAddress() },
        { type: 'uint256', value: 1 },
      ]
      const request = { type: 'CONTRACT_EXECUTION', to: await token.getAddress(), functionName: 'transfer', inputs }
      expect(await sendAndMine(host, wallet.id, request)).toMatchObject({
        status: 400,
        codes: ['transaction.reverted'],
      })
      const { result } = await sendAndMine(host, wallet.id, { ...request, chainSpecificFields: { gasLimit: 100_000 } })
      const { result: found } = await host.call('GET', `/api/transactions/ETHEREUM/${result.transactionHash}/status`)
      expect(found.status).toBe('FAILED')
    })

    it('is rejected if a value does not fit its type', async () => {
      const request = {
        type: 'CONTRACT_EXECUTION',
        to: randomAddress(),
        functionName: 'f',
        inputs: [{ type: 'uint8', value: 256 }],
      }
      expect(await sendAndMine(host, wallet.id, request)).toMatchObject({
        status: 400,
        codes: ['transactionRequest.inputs.0'],
      })
    })
  })

  describe('an idempotency key', () => {
    it('sends once and returns the same reply to a repeat', async () => {
      const to = randomAddress()
      const first = await sendAndMine(host, wallet.id, { to, value: 1 }, 'once')
      const again = await sendAndMine(host, wallet.id, { to, value: 1 }, 'once')
      expect(again).toEqual(first)
      expect(await provider.getBalance(to)).toBe(parseEther('1'))
    })

    it('sends once for twenty concurrent requests', async () => {
      const to = randomAddress()
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => sendAndMine(host, wallet.id, { to, value: '0.5' }, 'at once')),
      )
      expect(new Set(outcomes.map(({ result }) => result.transactionHash)).size).toBe(1)
      expect(await provider.getBalance(to)).toBe(parseEther('0.5'))
    })

    it('is rejected for another request, and scoped to the wallet', async () => {
      const to = randomAddress()
      await sendAndMine(host, wallet.id, { to, value: 1 }, 'mine')
      expect(await sendAndMine(host, wallet.id, { to, value: 2 }, 'mine')).toMatchObject({
        status: 422,
        codes: ['idempotency-key.reused'],
      })
      const other = await createWallet(host)
      await anvil.rpc('anvil_setBalance', other.address, `0x${parseEther('5').toString(16)}`)
      expect((await sendAndMine(host, other.id, { to, value: 2 }, 'mine')).status).toBe(200)
      expect(await provider.getBalance(to)).toBe(parseEther('3'))
    })
  })
})

import { type Address, type Hex, parseTransaction } from 'viem'
import { recoverAuthorizationAddress } from 'viem/utils'
import { Interface, parseEther, Transaction } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readBytecode } from './contract-artifacts.ts'
import { deployContract } from './contract-accounts.ts'
import { randomAddress, startTransactingChain, type TransactingChain } from './transacting-chain.ts'
import { createWallet, pincode } from './transacting-host.ts'

const account = new Interface([
  'function execute(address target, uint256 value, bytes data)',
  'function executeBatch((address target, uint256 value, bytes data)[] calls)',
])
const nobody = `0x${'0'.repeat(40)}`

let chain: TransactingChain
let delegate: string

beforeAll(async () => {
  const custody = async (anvil: TransactingChain['anvil']) => {
    delegate = await deployContract(anvil, readBytecode('simple7702Account'))
    return { delegation: { delegates: { ETHEREUM: [delegate] } } }
  }
  chain = await startTransactingChain(custody, ['--hardfork', 'prague'])
})

afterAll(() => chain.close())

async function createFundedWallet(): Promise<{ readonly id: string; readonly address: string }> {
  const wallet = await createWallet(chain.host)
  await chain.anvil.rpc('anvil_setBalance', wallet.address, `0x${parseEther('10').toString(16)}`)
  return wallet
}

const delegation = (more: object = {}) => ({ type: 'DELEGATION', delegate, ...more })
const send = (walletId: string, request: Readonly<Record<string, unknown>>) =>
  chain.sendAndMine(chain.host, walletId, request)
const codeOf = (address: string): Promise<string> => chain.provider.getCode(address)

/** The raw transaction as the node has it. */
async function rawTransaction(hash: string): Promise<Hex> {
  return String(await chain.anvil.rpc('eth_getRawTransactionByHash', hash)) as Hex
}

describe('a delegation (EIP-7702)', () => {
  it('gives the account the code of the contract, and other libraries decode its authorization', async () => {
    const wallet = await createFundedWallet()
    const { status, result } = await send(wallet.id, delegation())
    expect(status).toBe(200)
    expect(await codeOf(wallet.address)).toBe(`0xef0100${delegate.slice(2).toLowerCase()}`)
    const raw = await rawTransaction(result.transactionHash)
    const byEthers = Transaction.from(raw)
    expect([byEthers.type, byEthers.from, byEthers.hash]).toEqual([4, wallet.address, result.transactionHash])
    expect(byEthers.authorizationList).toMatchObject([{ chainId: BigInt(chain.anvil.chainId), nonce: 1n }])
    const [authorization] = parseTransaction(raw as `0x04${string}`).authorizationList
    if (authorization === undefined) throw new Error('there is no authorization')
    expect(await recoverAuthorizationAddress({ authorization })).toBe(wallet.address as Address)
    expect(await chain.provider.getTransactionCount(wallet.address)).toBe(2)
    const path = `/api/transactions/ETHEREUM/${result.transactionHash}/status`
    expect((await chain.host.call('GET', path)).result.status).toBe('SUCCEEDED')
    const listed = await chain.host.call('GET', '/api/transactions')
    expect(listed.status).toBe(200)
  })

  it('runs the code in the same transaction, in later ones, and ends with the zero address', async () => {
    const wallet = await createFundedWallet()
    const [one, other] = [randomAddress(), randomAddress()]
    const pay = account.encodeFunctionData('execute', [one, parseEther('1'), '0x'])
    expect((await send(wallet.id, delegation({ data: pay }))).codes).toEqual([])
    expect(await chain.provider.getBalance(one)).toBe(parseEther('1'))
    const inputs = [
      { type: '(address,uint256,bytes)[]', value: [one, other].map((to) => [to, parseEther('1').toString(), '0x']) },
    ]
    const batch = { type: 'CONTRACT_EXECUTION', to: wallet.address, functionName: 'executeBatch', inputs }
    expect((await send(wallet.id, batch)).codes).toEqual([])
    expect(await chain.provider.getBalance(one)).toBe(parseEther('2'))
    expect(await chain.provider.getBalance(other)).toBe(parseEther('1'))
    expect((await send(wallet.id, delegation({ delegate: nobody }))).codes).toEqual([])
    expect(await codeOf(wallet.address)).toBe('0x')
    expect(await chain.provider.getTransactionCount(wallet.address)).toBe(5)
  })

  it('keeps the nonce of its authorization while it is pending, and every transaction is mined', async () => {
    const wallet = await createFundedWallet()
    const to = randomAddress()
    await chain.anvil.rpc('evm_setAutomine', false)
    try {
      const first = await chain.host.call('POST', '/api/transactions', body(wallet.id, { to, value: '0.1' }))
      const second = await chain.host.call('POST', '/api/transactions', body(wallet.id, delegation()))
      const more = await Promise.all(
        Array.from({ length: 5 }, () =>
          chain.host.call('POST', '/api/transactions', body(wallet.id, { to, value: '0.1' })),
        ),
      )
      const replies = [first, second, ...more]
      expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
      const hashes: string[] = replies.map(({ result }) => result.transactionHash)
      await chain.anvil.rpc('evm_mine')
      // Anvil does not see that the authorization has used the nonce between, and would leave the others queued.
      await chain.anvil.rpc('anvil_dropAllTransactions')
      await chain.host.call('GET', `/api/transactions/ETHEREUM/${hashes.at(-1)}/status`)
      await chain.anvil.rpc('evm_mine')
      const receipts = await Promise.all(hashes.map((hash) => chain.provider.getTransactionReceipt(hash)))
      expect(receipts.map((receipt) => receipt?.status)).toEqual(receipts.map(() => 1))
    } finally {
      await chain.anvil.rpc('evm_setAutomine', true)
    }
    expect(await chain.provider.getBalance(to)).toBe(parseEther('0.6'))
    expect(await chain.provider.getTransactionCount(wallet.address)).toBe(8)
    expect(await codeOf(wallet.address)).toContain('0xef0100')
  })

  it('is sent again at a higher fee with its authorization, but not canceled', async () => {
    const wallet = await createFundedWallet()
    await chain.anvil.rpc('evm_setAutomine', false)
    try {
      const { result } = await chain.host.call('POST', '/api/transactions', body(wallet.id, delegation()))
      const replace = (path: string) =>
        chain.host.call('POST', path, { pincode, secretType: 'ETHEREUM', transactionHash: result.transactionHash })
      expect((await replace('/api/transactions/cancel')).codes).toEqual(['transaction.unsupported-type'])
      const again = await replace('/api/transactions/resubmit')
      expect(again.status).toBe(200)
      await chain.anvil.rpc('evm_mine')
      expect(Transaction.from(await rawTransaction(again.result.transactionHash)).type).toBe(4)
    } finally {
      await chain.anvil.rpc('evm_setAutomine', true)
    }
    expect(await codeOf(wallet.address)).toContain('0xef0100')
  })

  it.each([
    ['to a contract that the host does not allow', () => delegation({ delegate: randomAddress() }), 403],
    ['for every chain, which the host does not allow', () => delegation({ anyChain: true }), 403],
    ['with a gas price', () => delegation({ chainSpecificFields: { gasPrice: '1000000000' } }), 400],
    ['to something that is no address', () => delegation({ delegate: '0x12' }), 400],
    ['whose nonce the caller chooses', () => delegation({ chainSpecificFields: { nonce: 7 } }), 400],
  ])('is refused %s', async (_what, request, status) => {
    const wallet = await createFundedWallet()
    expect((await send(wallet.id, request())).status).toBe(status)
    expect(await codeOf(wallet.address)).toBe('0x')
  })

  it('is built without a signature', async () => {
    const wallet = await createFundedWallet()
    const { result } = await chain.host.call('POST', '/api/transactions/build', body(wallet.id, delegation()))
    expect(result).toMatchObject({
      transactionType: 'EIP7702',
      to: wallet.address,
      authorizationList: [{ chainId: String(chain.anvil.chainId), address: delegate.toLowerCase(), nonce: '1' }],
    })
  })
})

function body(walletId: string, request: object): object {
  return { pincode, transactionRequest: { type: 'TRANSFER', secretType: 'ETHEREUM', walletId, ...request } }
}

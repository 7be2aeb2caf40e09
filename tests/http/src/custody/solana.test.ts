import { memoryStorage, solanaChainClient } from '@billfold/core'
import { address, getCompiledTransactionMessageDecoder, getProgramDerivedAddress, getAddressEncoder } from '@solana/kit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CustodyReply } from './custody-host.ts'
import { type SolanaChain, SolanaRpcError, startSolanaChain } from './solana-chain.ts'
import { pincode, sharedKeyring, startTransactingHost, type TransactingHost } from './transacting-host.ts'

let chain: SolanaChain
/** Two hosts over one storage. */
let hosts: readonly TransactingHost[]
let ahead = 0

beforeAll(async () => {
  chain = await startSolanaChain()
  const storage = memoryStorage()
  const keyring = sharedKeyring()
  const start = () =>
    startTransactingHost(storage, keyring, undefined, () => Date.now() + ahead, {
      chainClients: { SOLANA: solanaChainClient({ url: chain.url, network: { genesisHash: chain.genesisHash } }) },
    })
  hosts = [await start(), await start()]
})

afterAll(async () => {
  await Promise.all(hosts.map(({ close }) => close()))
  await chain.close()
})

afterEach(() => chain.overrides.clear())

const host = (index = 0): TransactingHost => hosts[index % hosts.length] ?? expect.fail('no host')

async function createWallet(sol = 0): Promise<{ readonly id: string; readonly address: string }> {
  const { result } = await host().call('POST', '/api/wallets', { secretType: 'SOLANA', pincode })
  if (sol > 0) chain.airdrop(result.address, sol)
  return result
}

function send(walletId: string, request: object, key?: string, index = 0): Promise<CustodyReply> {
  const body = { pincode, transactionRequest: { type: 'TRANSFER', secretType: 'SOLANA', walletId, ...request } }
  return host(index).call('POST', '/api/transactions', body, key === undefined ? {} : { 'idempotency-key': key })
}

async function statusOf(hash: string): Promise<string> {
  return (await host().call('GET', `/api/transactions/SOLANA/${hash}/status`)).result.status
}

/** Reconciles what is due, on both hosts. */
async function maintain(): Promise<void> {
  ahead += 120_000
  await Promise.all(hosts.map(({ billfold }) => billfold.maintain()))
}

/** The address of a token account, as another library computes it. */
async function tokenAccount(mint: string, owner: string): Promise<string> {
  const program = address('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA')
  const [derived] = await getProgramDerivedAddress({
    programAddress: address('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL'),
    seeds: [address(owner), program, address(mint)].map((one) => getAddressEncoder().encode(one)),
  })
  return derived
}

describe('a transfer of SOL', () => {
  it('is executed, and another library decodes it', async () => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    const { status, codes, result } = await send(wallet.id, { to, value: '1.5' })
    expect({ status, codes }).toEqual({ status: 200, codes: [] })
    expect(chain.balanceOf(to)).toBe(1_500_000_000n)
    const decoded = chain.executed.get(result.transactionHash)
    const message = getCompiledTransactionMessageDecoder().decode(decoded?.messageBytes ?? new Uint8Array())
    expect(message).toMatchObject({
      version: 'legacy',
      header: { numSignerAccounts: 1, numReadonlySignerAccounts: 0, numReadonlyNonSignerAccounts: 2 },
      staticAccounts: [
        wallet.address,
        to,
        'ComputeBudget111111111111111111111111111111',
        '11111111111111111111111111111111',
      ],
    })
    // The fee of a signature, and 1,000 compute units at the price that three of four recent blocks took.
    expect(chain.balanceOf(wallet.address)).toBe(10_000_000_000n - 1_500_000_000n - 5_000n - 5n)
    expect(await statusOf(result.transactionHash)).toBe('SUCCEEDED')
    chain.passBlocks(40)
    const path = `/api/transactions/SOLANA/${result.transactionHash}/status`
    expect((await host().call('GET', path)).result.hasReachedFinality).toBe(true)
  })

  it('is refused without funds, and the wallet can send once it has some', async () => {
    const [wallet, to] = [await createWallet(), (await createWallet()).address]
    expect((await send(wallet.id, { to, value: '1' })).codes).toEqual(['transaction.insufficient-funds'])
    chain.airdrop(wallet.address, 2)
    expect((await send(wallet.id, { to, value: '1' })).status).toBe(200)
    expect(chain.balanceOf(to)).toBe(1_000_000_000n)
  })

  it.each([
    ['another address', { to: '0x0000000000000000000000000000000000000001', value: 1 }],
    ['data', { value: 1, data: '0x00' }],
    ['too much', { value: '100000000000' }],
    ['a call of a program', { type: 'CONTRACT_EXECUTION', functionName: 'f' }],
    ['a priority fee beyond the limit', { value: 1, chainSpecificFields: { computeUnitPrice: '1000001' } }],
  ])('with %s is refused', async (_what, request) => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    expect((await send(wallet.id, { to, ...request })).status).toBe(400)
    expect(chain.balanceOf(to)).toBe(0n)
  })
})

describe('a transfer of tokens', () => {
  it('creates the account of its recipient the first time', async () => {
    const [wallet, to, mint] = [await createWallet(10), (await createWallet()).address, (await createWallet()).address]
    chain.createToken(mint, await tokenAccount(mint, wallet.address), wallet.address, 5_000_000n)
    const request = { type: 'TOKEN_TRANSFER', to, tokenAddress: mint }
    const first = await send(wallet.id, { ...request, value: '1.25' })
    expect(first.codes).toEqual([])
    expect((await send(wallet.id, { ...request, value: '0.75' })).codes).toEqual([])
    expect(chain.tokensOf(await tokenAccount(mint, to))).toBe(2_000_000n)
    expect(chain.tokensOf(await tokenAccount(mint, wallet.address))).toBe(3_000_000n)
    expect((await send(wallet.id, { ...request, value: '4' })).codes).toEqual(['transaction.insufficient-funds'])
    expect((await send(wallet.id, { ...request, value: '0.0000001' })).status).toBe(400)
    expect((await send(wallet.id, { ...request, tokenAddress: to, value: '1' })).status).toBe(400)
    const lost = { ...request, to: await tokenAccount(mint, to), value: '1' }
    expect((await send(wallet.id, lost)).status).toBe(400)
  })
})

describe('transactions of one wallet', () => {
  it('of equal content are all executed, each once, from two hosts at once', async () => {
    const [wallet, to] = [await createWallet(100), (await createWallet()).address]
    const sends = 30
    const replies = await Promise.all(
      Array.from({ length: sends }, (_, index) => send(wallet.id, { to, value: '0.1' }, `send ${index}`, index)),
    )
    expect(replies.map(({ codes }) => codes)).toEqual(replies.map(() => []))
    expect(new Set(replies.map(({ result }) => result.transactionHash)).size).toBe(sends)
    expect(chain.balanceOf(to)).toBe(100_000_000n * BigInt(sends))
  })

  it('under one Idempotency-Key are one', async () => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, index) => send(wallet.id, { to, value: '1' }, 'the same', index)),
    )
    expect(new Set(replies.map(({ result }) => result.transactionHash)).size).toBe(1)
    expect(chain.balanceOf(to)).toBe(1_000_000_000n)
  })
})

describe('a node that', () => {
  it('does not respond gets the same transaction later, and executes it once', async () => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    chain.overrides.set('sendTransaction', () => {
      throw new Error('connection lost')
    })
    const { status, result } = await send(wallet.id, { to, value: '1' })
    expect(status).toBe(200)
    expect(await statusOf(result.transactionHash)).toBe('PENDING')
    chain.overrides.clear()
    await maintain()
    await maintain()
    expect(chain.balanceOf(to)).toBe(1_000_000_000n)
    expect(await statusOf(result.transactionHash)).toBe('SUCCEEDED')
  })

  it('executes a transaction without saying so does not make it pay twice', async () => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    const sent: unknown[] = []
    chain.overrides.set('sendTransaction', ([raw]) => {
      sent.push(raw)
      throw new Error('connection lost')
    })
    const { result } = await send(wallet.id, { to, value: '1' }, 'lost reply')
    chain.overrides.clear()
    // The node had it after all.
    await fetch(chain.url, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'sendTransaction', params: [sent[0], {}] }),
    })
    const again = await send(wallet.id, { to, value: '1' }, 'lost reply', 1)
    expect(again.result).toEqual(result)
    await maintain()
    expect(chain.balanceOf(to)).toBe(1_000_000_000n)
  })

  it('loses a transaction until its blockhash has expired lets it fail for good, and not before', async () => {
    // A new blockhash.
    chain.passBlocks(200)
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    chain.overrides.set('sendTransaction', () => {
      throw new Error('connection lost')
    })
    const { result } = await send(wallet.id, { to, value: '1' }, 'first')
    chain.passBlocks(151)
    chain.overrides.set('sendTransaction', () => {
      throw new SolanaRpcError('Transaction simulation failed: Blockhash not found')
    })
    await maintain()
    // The last block that could have it is not final yet.
    expect(await statusOf(result.transactionHash)).toBe('PENDING')
    expect((await send(wallet.id, { to, value: '1' }, 'first')).result).toEqual(result)
    chain.passBlocks(33)
    await maintain()
    chain.overrides.clear()
    expect((await send(wallet.id, { to, value: '1' }, 'first')).codes).toEqual(['transaction.expired'])
    expect((await send(wallet.id, { to, value: '1' }, 'second')).status).toBe(200)
    await maintain()
    expect(chain.balanceOf(to)).toBe(1_000_000_000n)
  })
})

import { solanaChainClient } from '@billfold/core'
import { address, getAddressEncoder, getCompiledTransactionMessageDecoder, getProgramDerivedAddress } from '@solana/kit'
import { describe, expect, it } from 'vitest'
import { prepareSolanaHosts, recordedToken } from './solana-hosts.ts'

const solana = prepareSolanaHosts()
const { host, createWallet, send, statusOf, maintain, decodeExecuted } = solana

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
    expect(solana.chain.balanceOf(to)).toBe(1_500_000_000n)
    const decoded = solana.chain.executed.get(result.transactionHash)
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
    expect(solana.chain.balanceOf(wallet.address)).toBe(10_000_000_000n - 1_500_000_000n - 5_000n - 5n)
    expect(await statusOf(result.transactionHash)).toBe('SUCCEEDED')
    solana.chain.passBlocks(40)
    const path = `/api/transactions/SOLANA/${result.transactionHash}/status`
    expect((await host().call('GET', path)).result.hasReachedFinality).toBe(true)
  })

  it('takes the priority fee that the fees of the chain name, up to the limit of the client', async () => {
    const fees = async () => (await host().call('GET', '/api/transactions/SOLANA/fees')).result
    expect(await fees()).toEqual({ secretType: 'SOLANA', computeUnitPrice: 5000 })
    const wallet = await createWallet(10)
    const transactionRequest = { type: 'TRANSFER', secretType: 'SOLANA', walletId: wallet.id, value: 1 }
    const request = { ...transactionRequest, to: wallet.address }
    const build = async () =>
      (await host().call('POST', '/api/transactions/build', { transactionRequest: request })).result
    expect((await build()).computeUnitPrice).toBe('5000')
    solana.chain.overrides.set('getRecentPrioritizationFees', () => [{ prioritizationFee: Number.MAX_SAFE_INTEGER }])
    expect(await fees()).toEqual({ secretType: 'SOLANA', computeUnitPrice: 1_000_000 })
    expect((await build()).computeUnitPrice).toBe('1000000')
    solana.chain.overrides.set('getRecentPrioritizationFees', () => [])
    expect(await fees()).toEqual({ secretType: 'SOLANA', computeUnitPrice: 0 })
    solana.chain.overrides.set('getRecentPrioritizationFees', () => [{ prioritizationFee: -1 }])
    expect((await host().call('GET', '/api/transactions/SOLANA/fees')).codes).toEqual(['transaction.chain-unavailable'])
  })

  it('is refused without funds, and the wallet can send once it has some', async () => {
    const [wallet, to] = [await createWallet(), (await createWallet()).address]
    expect((await send(wallet.id, { to, value: '1' })).codes).toEqual(['transaction.insufficient-funds'])
    solana.chain.airdrop(wallet.address, 2)
    expect((await send(wallet.id, { to, value: '1' })).status).toBe(200)
    expect(solana.chain.balanceOf(to)).toBe(1_000_000_000n)
  })

  it.each([
    ['another address', { to: '0x0000000000000000000000000000000000000001', value: 1 }],
    ['data', { value: 1, data: '0x00' }],
    ['too much', { value: '100000000000' }],
    ['a call of what is no program', { type: 'CONTRACT_EXECUTION', functionName: 'f' }],
    ['a priority fee beyond the limit', { value: 1, chainSpecificFields: { computeUnitPrice: '1000001' } }],
  ])('with %s is refused', async (_what, request) => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    expect((await send(wallet.id, { to, ...request })).status).toBe(400)
    expect(solana.chain.balanceOf(to)).toBe(0n)
  })
})

describe('a transfer of tokens', () => {
  it('creates the account of its recipient the first time', async () => {
    const [wallet, to, mint] = [await createWallet(10), (await createWallet()).address, (await createWallet()).address]
    solana.chain.createToken(mint, await tokenAccount(mint, wallet.address), wallet.address, 5_000_000n)
    const request = { type: 'TOKEN_TRANSFER', to, tokenAddress: mint }
    const first = await send(wallet.id, { ...request, value: '1.25' })
    expect(first.codes).toEqual([])
    expect((await send(wallet.id, { ...request, value: '0.75' })).codes).toEqual([])
    expect(solana.chain.tokensOf(await tokenAccount(mint, to))).toBe(2_000_000n)
    expect(solana.chain.tokensOf(await tokenAccount(mint, wallet.address))).toBe(3_000_000n)
    expect((await send(wallet.id, { ...request, value: '4' })).codes).toEqual(['transaction.insufficient-funds'])
    expect((await send(wallet.id, { ...request, value: '0.0000001' })).status).toBe(400)
    expect((await send(wallet.id, { ...request, tokenAddress: to, value: '1' })).status).toBe(400)
    const lost = { ...request, to: await tokenAccount(mint, to), value: '1' }
    expect((await send(wallet.id, lost)).status).toBe(400)
  })
})

describe('a transfer of an NFT', () => {
  const createNft = async (owner: string, options: object = {}, amount = 1n): Promise<string> => {
    const mint = (await createWallet()).address
    solana.chain.createToken(mint, await tokenAccount(mint, owner), owner, amount, { decimals: 0, ...options })
    return mint
  }

  it('gives it to the recipient, and the wallet has it no longer', async () => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    const mint = await createNft(wallet.address)
    const request = { type: 'NFT_TRANSFER', to, tokenAddress: mint }
    const { codes, result } = await send(wallet.id, { ...request, tokenId: mint, amount: 1 })
    expect(codes).toEqual([])
    expect(solana.chain.tokensOf(await tokenAccount(mint, to))).toBe(1n)
    expect(solana.chain.tokensOf(await tokenAccount(mint, wallet.address))).toBe(0n)
    const message = decodeExecuted(result.transactionHash)
    const last = message.instructions.at(-1)
    // TransferChecked of one token without decimals.
    expect(Buffer.from(last?.data ?? []).toString('hex')).toBe('0c010000000000000000')
    expect((last?.accountIndices ?? []).map((index) => message.staticAccounts[index])).toEqual([
      await tokenAccount(mint, wallet.address),
      mint,
      await tokenAccount(mint, to),
      wallet.address,
    ])
    expect((await send(wallet.id, request)).codes).toEqual(['transaction.insufficient-funds'])
    const [listed] = (await host().call('GET', `/api/transactions?size=1`)).result
    expect(listed.transactionRequest).toMatchObject({ type: 'SOLANA_NFT_TRANSFER' })
  })

  it.each([
    ['a token with decimals', { decimals: 6 }, 1n, {}, 'tokenAddress'],
    ['a token of which there are two', {}, 2n, {}, 'tokenAddress'],
    ['a frozen token, as a programmable NFT is', { isFrozen: true }, 1n, {}, 'tokenAddress'],
    ['two of it', {}, 1n, { amount: 2 }, 'amount'],
    ['none of it', {}, 1n, { amount: 0 }, 'amount'],
    ['another token by its id', {}, 1n, { tokenId: '1' }, 'tokenId'],
  ])('of %s is refused', async (_what, options, amount, request, field) => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    const mint = await createNft(wallet.address, options, amount)
    const sent = await send(wallet.id, { type: 'NFT_TRANSFER', to, tokenAddress: mint, ...request })
    expect([sent.status, sent.codes]).toEqual([400, [`transactionRequest.${field}`]])
    expect(solana.chain.tokensOf(await tokenAccount(mint, to))).toBeUndefined()
  })

  it('that another wallet holds is refused', async () => {
    const [wallet, other] = [await createWallet(10), await createWallet()]
    const mint = await createNft(other.address)
    const sent = await send(wallet.id, { type: 'NFT_TRANSFER', to: other.address, tokenAddress: mint })
    expect(sent.codes).toEqual(['transaction.insufficient-funds'])
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
    expect(solana.chain.balanceOf(to)).toBe(100_000_000n * BigInt(sends))
  })

  it('under one Idempotency-Key are one', async () => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, index) => send(wallet.id, { to, value: '1' }, 'the same', index)),
    )
    expect(new Set(replies.map(({ result }) => result.transactionHash)).size).toBe(1)
    expect(solana.chain.balanceOf(to)).toBe(1_000_000_000n)
  })
})

describe('what wallets receive', () => {
  it('is recorded once each, when its block is finalized', async () => {
    const [wallet, recipient] = [await createWallet(10), await createWallet()]
    solana.chain.createToken(
      recordedToken,
      await tokenAccount(recordedToken, wallet.address),
      wallet.address,
      5_000_000n,
    )
    const other = (await createWallet()).address
    solana.chain.createToken(other, await tokenAccount(other, wallet.address), wallet.address, 5_000_000n)
    const to = recipient.address
    const sent = await send(wallet.id, { to, value: '1.5' })
    const tokens = { type: 'TOKEN_TRANSFER', to, value: '2' }
    const moved = await send(wallet.id, { ...tokens, tokenAddress: recordedToken })
    expect((await send(wallet.id, { ...tokens, tokenAddress: other })).codes).toEqual([])
    const received = async (walletId: string) => {
      await maintain()
      const { result } = await host().call('GET', `/api/wallets/${walletId}/events?size=100`)
      return (result as readonly { readonly type: string; readonly metadata: string }[])
        .filter(({ type }) => type === 'INCOMING_TRANSACTION')
        .map(({ metadata }) => JSON.parse(metadata))
    }
    expect(await received(recipient.id)).toEqual([])
    solana.chain.passBlocks(40)
    await received(recipient.id)
    expect(await received(recipient.id)).toEqual([
      { hash: moved.result.transactionHash, amount: '2000000', tokenAddress: recordedToken },
      { hash: sent.result.transactionHash, amount: '1500000000' },
    ])
    expect(await received(wallet.id)).toEqual([])
  })

  it('is not left out because a node is behind', async () => {
    const client = solanaChainClient({ url: solana.chain.url, network: { genesisHash: solana.chain.genesisHash } })
    const final = await client.finalSlot()
    expect(await client.listSlots(final, final)).toEqual(expect.any(Array))
    await expect(client.listSlots(final, final + 1)).rejects.toThrow(/not final/)
  })
})

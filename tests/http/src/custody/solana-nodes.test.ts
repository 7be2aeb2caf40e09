import { describe, expect, it } from 'vitest'
import { SolanaRpcError } from './solana-chain.ts'
import { prepareSolanaHosts } from './solana-hosts.ts'

const solana = prepareSolanaHosts()
const { createWallet, send, statusOf, maintain } = solana

describe('a node that', () => {
  it('does not respond gets the same transaction later, and executes it once', async () => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    solana.chain.overrides.set('sendTransaction', () => {
      throw new Error('connection lost')
    })
    const { status, result } = await send(wallet.id, { to, value: '1' })
    expect(status).toBe(200)
    expect(await statusOf(result.transactionHash)).toBe('PENDING')
    solana.chain.overrides.clear()
    await maintain()
    await maintain()
    expect(solana.chain.balanceOf(to)).toBe(1_000_000_000n)
    expect(await statusOf(result.transactionHash)).toBe('SUCCEEDED')
  })

  it('executes a transaction without saying so does not make it pay twice', async () => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    const sent: unknown[] = []
    solana.chain.overrides.set('sendTransaction', ([raw]) => {
      sent.push(raw)
      throw new Error('connection lost')
    })
    const { result } = await send(wallet.id, { to, value: '1' }, 'lost reply')
    solana.chain.overrides.clear()
    // The node had it after all.
    await fetch(solana.chain.url, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'sendTransaction', params: [sent[0], {}] }),
    })
    const again = await send(wallet.id, { to, value: '1' }, 'lost reply', 1)
    expect(again.result).toEqual(result)
    await maintain()
    expect(solana.chain.balanceOf(to)).toBe(1_000_000_000n)
  })

  it('is behind another one is not believed that a transaction has expired', async () => {
    solana.chain.passBlocks(200)
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    const { result } = await send(wallet.id, { to, value: '1' }, 'first')
    expect(solana.chain.balanceOf(to)).toBe(1_000_000_000n)
    // The height is that of a node that is up to date, the status that of one that stopped before the transaction.
    solana.chain.passBlocks(200)
    solana.chain.overrides.set('getSignatureStatuses', () => ({ context: { slot: 10 }, value: [null] }))
    solana.chain.overrides.set('sendTransaction', () => {
      throw new SolanaRpcError('Transaction simulation failed: Blockhash not found')
    })
    await maintain()
    await maintain()
    solana.chain.overrides.clear()
    expect((await send(wallet.id, { to, value: '1' }, 'first')).result).toEqual(result)
    expect(await statusOf(result.transactionHash)).toBe('SUCCEEDED')
  })

  it('loses a transaction until its blockhash has expired lets it fail for good, and not before', async () => {
    // A new blockhash.
    solana.chain.passBlocks(200)
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    solana.chain.overrides.set('sendTransaction', () => {
      throw new Error('connection lost')
    })
    const { result } = await send(wallet.id, { to, value: '1' }, 'first')
    solana.chain.passBlocks(151)
    solana.chain.overrides.set('sendTransaction', () => {
      throw new SolanaRpcError('Transaction simulation failed: Blockhash not found')
    })
    await maintain()
    // The last block that could have it is not final yet.
    expect(await statusOf(result.transactionHash)).toBe('PENDING')
    expect((await send(wallet.id, { to, value: '1' }, 'first')).result).toEqual(result)
    solana.chain.passBlocks(33)
    await maintain()
    solana.chain.overrides.clear()
    expect((await send(wallet.id, { to, value: '1' }, 'first')).codes).toEqual(['transaction.expired'])
    expect((await send(wallet.id, { to, value: '1' }, 'second')).status).toBe(200)
    await maintain()
    expect(solana.chain.balanceOf(to)).toBe(1_000_000_000n)
  })
})

import { memoryStorage, type SolanaClient } from '@billfold/core'
import { z } from 'zod'
import { beforeEach, describe, expect, test } from 'vitest'
import type { PolicyInput } from './policies/policy.ts'
import { type CustodyHost, createCustodyHost, createWalletOwner, pincode } from './test-fixtures/custody-host.ts'

const mint = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'
const thief = 'So11111111111111111111111111111111111111112'
const network = 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp'
const tenant = { kind: 'tenant' } as const
const deny = { decision: 'deny' } as const

let sent: Uint8Array[]
let height: number

/** A node on which nobody has a token account yet. */
const node: SolanaClient = {
  family: 'solana',
  network,
  maxComputeUnitPrice: 1n,
  balance: () => Promise.resolve(0n),
  status: () => Promise.resolve({ state: 'unknown', confirmations: 0 }),
  expiredUntil: () => Promise.resolve(0),
  latestBlockhash: () =>
    Promise.resolve({ blockhash: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d', lastValidBlockHeight: ++height }),
  computeUnitPrice: () => Promise.resolve(0n),
  accountOwner: (address) =>
    Promise.resolve(address === mint ? 'BPFLoader2111111111111111111111111111111111' : undefined),
  token: () =>
    Promise.resolve({ program: 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', decimals: 6, accountRent: 2_039_280n }),
  broadcast: (raw) => {
    sent.push(raw)
    return Promise.resolve({ outcome: 'accepted' })
  },
}

let host: CustodyHost
let walletId: string

beforeEach(async () => {
  ;[sent, height] = [[], 1]
  host = await createCustodyHost({ storage: memoryStorage(), custody: { chainClients: { SOLANA: node } } })
  const { userId } = await createWalletOwner(host.call)
  const body = { secretType: 'SOLANA', userId, pincode }
  walletId = z.object({ id: z.string() }).parse((await host.call('createWallet', { body })).result).id
})

const add = (rule: Omit<PolicyInput, 'name' | 'subject'>) =>
  host.billfold.risk.policies.add({ name: 'test', subject: tenant, ...rule })

async function send(request: object): Promise<readonly string[]> {
  const transactionRequest = { type: 'TRANSFER', secretType: 'SOLANA', walletId, to: thief, ...request }
  return (await host.call('createTransaction', { body: { pincode, transactionRequest } })).codes
}

const tokens = (value: string): object => ({ type: 'TOKEN_TRANSFER', tokenAddress: mint, value })

describe('a thief with the PIN of a wallet on Solana', () => {
  test('gets no more coins or tokens than a limit allows, over several transactions', async () => {
    const window = { seconds: 3600 }
    await add({ when: { amount: { asset: `${network}/native`, above: '1000000000', window } }, then: deny })
    await add({ when: { amount: { asset: `${network}/spl:${mint}`, above: '5000000', window } }, then: deny })
    expect(await send({ value: '0.6' })).toEqual([])
    expect(await send({ value: '0.6' })).toEqual(['act.denied'])
    expect(await send(tokens('3'))).toEqual([])
    expect(await send(tokens('3'))).toEqual(['act.denied'])
    expect(sent).toHaveLength(2)
  })

  test('gets nothing to an address that a rule denies, nor the rent of a new token account', async () => {
    await add({ when: { amount: { asset: `${network}/native`, above: '1000000' } }, then: deny })
    expect(await send(tokens('1'))).toEqual(['act.denied'])
    await add({ when: { counterparty: { in: [thief] } }, then: deny })
    expect(await send({ value: '0.0001' })).toEqual(['act.denied'])
  })

  test('gets no other amount for an approval', async () => {
    const approver = await createWalletOwner(host.call)
    await add({ acts: ['transaction'], then: { decision: 'approve', by: 1, of: [approver.userId] } })
    expect(await send(tokens('1'))).toEqual(['act.approval-required'])
    const [waiting] = await host.billfold.risk.approvals.list(approver.userId)
    const method = { id: approver.pin.split(':')[0] ?? '', value: pincode }
    await host.billfold.risk.approvals.approve({ requestId: waiting?.id ?? '', userId: approver.userId, method })
    expect(await send(tokens('2'))).toEqual(['act.approval-required'])
    expect(await send(tokens('1'))).toEqual([])
    expect(sent).toHaveLength(1)
  })

  test('calls no program within a limit, since what it moves is not known', async () => {
    const call = { type: 'CONTRACT_EXECUTION', functionName: '', to: mint, inputs: [] }
    await add({ when: { amount: { asset: `${network}/native`, above: '1000000000' } }, then: deny })
    expect(await send(call)).toEqual(['act.denied'])
    expect(await send({ value: '0.6' })).toEqual([])
  })

  test('calls a program with no other account or right for an approval', async () => {
    const approver = await createWalletOwner(host.call)
    await add({ acts: ['transaction'], then: { decision: 'approve', by: 1, of: [approver.userId] } })
    const call = (...accounts: readonly object[]) =>
      send({ type: 'CONTRACT_EXECUTION', functionName: '', to: mint, chainSpecificFields: { accounts } })
    expect(await call({ address: mint })).toEqual(['act.approval-required'])
    const [waiting] = await host.billfold.risk.approvals.list(approver.userId)
    const method = { id: approver.pin.split(':')[0] ?? '', value: pincode }
    await host.billfold.risk.approvals.approve({ requestId: waiting?.id ?? '', userId: approver.userId, method })
    expect(await call({ address: thief })).toEqual(['act.approval-required'])
    expect(await call({ address: mint, isWritable: true })).toEqual(['act.approval-required'])
    expect(await call({ address: mint }, { address: thief })).toEqual(['act.approval-required'])
    expect(await call({ address: mint })).toEqual([])
    expect(sent).toHaveLength(1)
  })
})

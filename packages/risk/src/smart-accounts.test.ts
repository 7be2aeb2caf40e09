import { type Bundler, type EvmClient, memoryStorage, type UserOperation } from '@billfold/core'
import { Interface } from 'ethers'
import { z } from 'zod'
import { beforeEach, describe, expect, test } from 'vitest'
import type { PolicyInput } from './policies/policy.ts'
import {
  type CustodyCall,
  type CustodyHost,
  createCustodyHost,
  createWalletOwner,
  pincode,
} from './test-fixtures/custody-host.ts'

const token = '0x00000000000000000000000000000000000000bb'
const thief = '0x00000000000000000000000000000000000000cc'
const friend = '0x00000000000000000000000000000000000000dd'
const delegate = '0x00000000000000000000000000000000000000ee'
const tenant = { kind: 'tenant' } as const
const deny = { decision: 'deny' } as const

const account = new Interface([
  'function execute(address target, uint256 value, bytes data)',
  'function transfer(address to, uint256 amount)',
])

/** The operations that the bundler has got, and the transactions that the node has got. */
let sent: UserOperation[]
let broadcast: Uint8Array[]

/** A node on which every account is deployed, and no nonce is used. */
const node: EvmClient = {
  family: 'evm',
  network: 'eip155:1',
  balance: () => Promise.resolve(0n),
  nonces: () => Promise.resolve({ mined: 0, next: 0 }),
  broadcast: (raw) => {
    broadcast.push(raw)
    return Promise.resolve({ outcome: 'accepted' })
  },
  status: () => Promise.resolve({ state: 'unknown', confirmations: 0 }),
  fees: () => Promise.resolve({ maxFeePerGas: 2n, maxPriorityFeePerGas: 1n }),
  estimateGas: () => Promise.resolve(100_000n),
  call: () => Promise.resolve(new Uint8Array(32)),
}
const bundler: Bundler = {
  estimateGas: () => Promise.resolve({ callGasLimit: 1n, verificationGasLimit: 1n, preVerificationGas: 1n }),
  send: (operation) => {
    sent.push(operation)
    return Promise.resolve({ outcome: 'accepted' })
  },
  receipt: () => Promise.resolve(undefined),
}
const custody = {
  chainClients: { ETHEREUM: node },
  smartAccounts: { ETHEREUM: { bundler } },
  delegation: { delegates: { ETHEREUM: [delegate] } },
}

let host: CustodyHost
let call: CustodyCall
let smart: string
let plain: { readonly walletId: string; readonly address: string }

const walletSchema = z.object({ id: z.string(), address: z.string() })

beforeEach(async () => {
  ;[sent, broadcast] = [[], []]
  host = await createCustodyHost({ storage: memoryStorage(), custody })
  call = host.call
  const { userId, walletId } = await createWalletOwner(call)
  const body = { secretType: 'ETHEREUM', walletType: 'SMART_ACCOUNT', userId, pincode }
  smart = walletSchema.parse((await call('createWallet', { body })).result).id
  const found = await call('getWallet', { params: { walletId } })
  plain = { walletId, address: walletSchema.parse(found.result).address }
})

const add = (rule: Omit<PolicyInput, 'name' | 'subject'>) =>
  host.billfold.risk.policies.add({ name: 'test', subject: tenant, ...rule })

async function send(walletId: string, request: object): Promise<readonly string[]> {
  const transactionRequest = { secretType: 'ETHEREUM', walletId, ...request }
  return (await call('createTransaction', { body: { pincode, transactionRequest } })).codes
}

const pay = (to: string, value: string): object => ({ type: 'TRANSFER', to, value })
const execution = (to: string, functionName: string, ...inputs: readonly (readonly [string, string])[]): object => ({
  type: 'CONTRACT_EXECUTION',
  to,
  functionName,
  inputs: inputs.map(([type, value]) => ({ type, value })),
})
const steal = execution(token, 'transfer', ['address', thief], ['uint256', '1000'])
const stealing = account.encodeFunctionData('transfer', [thief, 1000])
const executeSteal = (to: string): object =>
  execution(to, 'execute', ['address', token], ['uint256', '0'], ['bytes', stealing])

describe('a thief with the PIN of a contract account', () => {
  test('gets no more out of a batch than one by one: its value is added up in the commit of the operation', async () => {
    const window = { seconds: 3600 }
    await add({ when: { amount: { asset: 'eip155:1/native', above: '1000000000000000000', window } }, then: deny })
    const half = { type: 'BATCH', calls: [pay(friend, '0.25'), pay(thief, '0.25')] }
    expect(await send(smart, { type: 'BATCH', calls: [pay(thief, '0.6'), pay(thief, '0.6')] })).toEqual(['act.denied'])
    expect(await send(smart, half)).toEqual([])
    expect(await send(smart, half)).toEqual([])
    expect(await send(smart, pay(thief, '0.000000000000000001'))).toEqual(['act.denied'])
    expect(sent).toHaveLength(2)
  })

  test('does not hide a transfer behind another call, nor in an execute', async () => {
    await add({ when: { selector: { in: ['0xa9059cbb'] } }, then: deny })
    expect(await send(smart, steal)).toEqual(['act.denied'])
    expect(await send(smart, { type: 'BATCH', calls: [pay(friend, '0'), steal] })).toEqual(['act.denied'])
    expect(await send(smart, executeSteal(friend))).toEqual(['act.denied'])
    expect(await send(smart, { type: 'BATCH', calls: [pay(friend, '0'), executeSteal(friend)] })).toEqual([
      'act.denied',
    ])
    expect(await send(smart, pay(friend, '0'))).toEqual([])
    expect(sent).toHaveLength(1)
  })

  test('pays only whom a rule allows, in each call of a batch', async () => {
    host = await createCustodyHost({ storage: memoryStorage(), custody, risk: { default: 'deny' } })
    const { walletId } = await ownAccount(host)
    await add({ acts: ['transaction'], when: { counterparty: { in: [friend] } }, then: { decision: 'allow' } })
    expect(await send(walletId, pay(friend, '1'))).toEqual([])
    expect(await send(walletId, { type: 'BATCH', calls: [pay(friend, '1'), pay(thief, '1')] })).toEqual(['act.denied'])
  })

  test('signs no user operation as typed data or raw bytes', async () => {
    const sign = (type: string, data: unknown) =>
      call('createSignature', {
        body: { pincode, signatureRequest: { type, secretType: 'ETHEREUM', walletId: smart, data } },
      })
    expect((await sign('ETHEREUM_RAW', '11'.repeat(32))).codes).toEqual(['signature.unsupported-type'])
    const typed = {
      types: { SafeOp: [{ name: 'safe', type: 'address' }] },
      primaryType: 'SafeOp',
      domain: {},
      message: { safe: thief },
    }
    await add({ acts: ['typed-data'], then: deny })
    expect((await sign('EIP712', typed)).codes).toEqual(['act.denied'])
  })

  test('learns the calls of an operation that waits for approval, and gets no other for it', async () => {
    const approver = await createWalletOwner(call)
    await add({ acts: ['transaction'], then: { decision: 'approve', by: 1, of: [approver.userId] } })
    const batch = (value: string): object => ({ type: 'BATCH', calls: [pay(friend, '1'), pay(thief, value)] })
    expect(await send(smart, batch('1'))).toEqual(['act.approval-required'])
    const [waiting] = await host.billfold.risk.approvals.list(approver.userId)
    expect(waiting?.act).toMatchObject({
      complete: true,
      effects: [
        { asset: 'eip155:1/native', to: friend },
        { asset: 'eip155:1/native', to: thief },
      ],
    })
    const method = { id: approver.pin.split(':')[0] ?? '', value: pincode }
    await host.billfold.risk.approvals.approve({ requestId: waiting?.id ?? '', userId: approver.userId, method })
    expect(await send(smart, batch('2'))).toEqual(['act.approval-required'])
    expect(await send(smart, batch('1'))).toEqual([])
    expect(await send(smart, batch('1'))).toEqual(['act.approval-required'])
    expect(sent).toHaveLength(1)
  })
})

describe('a thief with the PIN of a plain account', () => {
  test('does not get around a rule by a delegation, nor by the code that the account has then', async () => {
    await add({ when: { selector: { in: ['0xa9059cbb'] } }, then: deny })
    expect(await send(plain.walletId, { type: 'DELEGATION', delegate, data: stealing })).toEqual(['act.denied'])
    expect(await send(plain.walletId, { type: 'DELEGATION', delegate })).toEqual(['act.denied'])
    expect(await send(plain.walletId, executeSteal(plain.address))).toEqual(['act.denied'])
    expect(broadcast).toEqual([])
  })

  test('delegates nothing where an amount is limited', async () => {
    await add({ when: { amount: { asset: 'eip155:1/native', above: '1' } }, then: deny })
    expect(await send(plain.walletId, { type: 'DELEGATION', delegate })).toEqual(['act.denied'])
  })
})

async function ownAccount(own: CustodyHost): Promise<{ readonly walletId: string }> {
  call = own.call
  const setUp = await own.billfold.risk.policies.add({ name: 'set up', subject: tenant, then: { decision: 'allow' } })
  const { userId } = await createWalletOwner(call)
  const body = { secretType: 'ETHEREUM', walletType: 'SMART_ACCOUNT', userId, pincode }
  const { id } = walletSchema.parse((await call('createWallet', { body })).result)
  await own.billfold.risk.policies.remove(setUp.id)
  return { walletId: id }
}

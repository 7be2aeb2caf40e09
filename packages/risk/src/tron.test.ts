import { beforeEach, describe, expect, test } from 'vitest'
import type { PolicyInput } from './policies/policy.ts'
import {
  type CustodyHost,
  type CustodyReply,
  createCustodyHost,
  createWalletOwner,
  pincode,
  type WalletOwner,
} from './test-fixtures/custody-host.ts'
import { createTronClient } from './test-fixtures/tron-client.ts'

const token = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'
const known = 'TJRabPrwbZy45sbavfcjinPJC18kjpRTv8'
const other = 'TLa2f6VPqDgRE67v1736s7bJ8Ray5wYjU7'
/** The last 20 bytes of `known`, as the EVM writes them. */
const knownHex = '0x5cbdd86a2fa8dc4bddd8a8f69dba48572eec07fb'
const asset = `tron:0x2b6653dc/trc20:${token.toLowerCase()}`

let client: ReturnType<typeof createTronClient>
let host: CustodyHost
let owner: WalletOwner

beforeEach(async () => {
  client = createTronClient()
  host = await createCustodyHost({ chainClients: { TRON: client } })
  owner = await createWalletOwner(host.call, 'TRON')
})

const add = (rule: Partial<PolicyInput> & Pick<PolicyInput, 'then'>) =>
  host.billfold.risk.policies.add({ name: 'test', subject: { kind: 'tenant' }, ...rule })
const send = async (request: object): Promise<number> => {
  const transactionRequest = { secretType: 'TRON', walletId: owner.walletId, ...request }
  const reply: CustodyReply = await host.call('createTransaction', { body: { pincode, transactionRequest } })
  return reply.status
}
const transferToken = (to: string, value: string) => send({ type: 'TOKEN_TRANSFER', tokenAddress: token, to, value })
const execute = (functionName: string, to: string, amount: string, value = '0') => {
  const inputs = [
    { type: 'address', value: to },
    { type: 'uint256', value: amount },
  ]
  return send({ type: 'CONTRACT_EXECUTION', to: token, functionName, inputs, value })
}

describe('a policy on TRON', () => {
  test('limits TRX and tokens, and is not evaded by calling the contract', async () => {
    await add({ when: { amount: { asset, above: '100' } }, then: { decision: 'deny' } })
    await add({ when: { amount: { asset: 'tron:0x2b6653dc/native', above: '5000000' } }, then: { decision: 'deny' } })
    expect(await transferToken(known, '100')).toBe(200)
    expect(await transferToken(known, '101')).toBe(403)
    expect(await execute('transfer', known, '100')).toBe(200)
    expect(await execute('transfer', knownHex, '101')).toBe(403)
    // What cannot be decoded may move more.
    expect(await execute('approve', known, '1')).toBe(403)
    expect(await execute('transferFrom', known, '1')).toBe(403)
    expect(await send({ type: 'TRANSFER', to: known, value: '5' })).toBe(200)
    expect(await send({ type: 'TRANSFER', to: known, value: '5.000001' })).toBe(403)
    expect(await execute('transfer', known, '1', '5000001')).toBe(403)
    expect(client.accepted).toHaveLength(3)
  })

  test('allows listed recipients only, of tokens, too, however the address is written', async () => {
    await add({ when: { counterparty: { notIn: [known] } }, then: { decision: 'deny' } })
    expect(await transferToken(known, '1')).toBe(200)
    expect(await execute('transfer', knownHex, '1')).toBe(200)
    expect(await transferToken(other, '1')).toBe(403)
    expect(await execute('transfer', other, '1')).toBe(403)
    expect(await execute('approve', known, '1')).toBe(403)
    expect(await send({ type: 'TRANSFER', to: other, value: '1' })).toBe(403)
  })

  test('limits the contracts that are called', async () => {
    await add({ when: { contract: { notIn: [token] } }, then: { decision: 'deny' } })
    expect(await transferToken(known, '1')).toBe(200)
    expect(await send({ type: 'CONTRACT_EXECUTION', to: other, functionName: 'mint', inputs: [] })).toBe(403)
    expect(await send({ type: 'TRANSFER', to: other, value: '1' })).toBe(200)
  })
})

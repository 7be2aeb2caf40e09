import { beforeEach, describe, expect, test } from 'vitest'
import type { PolicyInput } from './policies/policy.ts'
import { createBitcoinClient } from './test-fixtures/bitcoin-client.ts'
import {
  type CustodyHost,
  type CustodyReply,
  createCustodyHost,
  createWalletOwner,
  pincode,
  type WalletOwner,
} from './test-fixtures/custody-host.ts'

const asset = 'bip122:000000000019d6689c085ae165831e93/native'
const known = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'
const taproot = 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0'
const legacy = '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2'
const twoCoins = [100_000_000n, 100_000_000n, 100_000_000n, 100_000_000n]

let client: ReturnType<typeof createBitcoinClient>
let host: CustodyHost
let owner: WalletOwner

beforeEach(async () => {
  client = createBitcoinClient(twoCoins)
  host = await createCustodyHost({ chainClients: { BITCOIN: client } })
  owner = await createWalletOwner(host.call, 'BITCOIN')
})

const add = (rule: Partial<PolicyInput> & Pick<PolicyInput, 'then'>) =>
  host.billfold.risk.policies.add({ name: 'test', subject: { kind: 'tenant' }, ...rule })
const send = (to: string, value: string, fields: object = {}): Promise<CustodyReply> => {
  const request = { type: 'TRANSFER', secretType: 'BITCOIN', walletId: owner.walletId, to, value, ...fields }
  return host.call('createTransaction', { body: { pincode, transactionRequest: request } })
}
const statusOf = async (reply: Promise<CustodyReply>): Promise<number> => (await reply).status

describe('a policy on Bitcoin', () => {
  test('limits the amount of one transaction, however it is written', async () => {
    await add({ when: { amount: { asset, above: '10000000' } }, then: { decision: 'deny' } })
    expect(await statusOf(send(known, '0.1'))).toBe(200)
    expect(await statusOf(send(known, '0.10000001'))).toBe(403)
    expect(await statusOf(send(known, '10000001e-8'))).toBe(403)
    expect(await statusOf(send(known, '0.2', { type: 'GAS_TRANSFER' }))).toBe(403)
    expect(await statusOf(send(legacy, '0.2', { chainSpecificFields: { maxReplacementFeeRate: 100 } }))).toBe(403)
    expect(client.accepted).toHaveLength(1)
  })

  test('limits the sum within a time, also of sends at once', async () => {
    await add({
      when: { amount: { asset, above: '25000000', window: { seconds: 3600 }, per: 'wallet' } },
      then: { decision: 'deny' },
    })
    const replies = await Promise.all(Array.from({ length: 6 }, () => send(known, '0.1')))
    const counts = [200, 403].map((status) => replies.filter((reply) => reply.status === status).length)
    expect(counts).toEqual([2, 4])
    expect(client.accepted).toHaveLength(2)
  })

  test('allows listed recipients only, by any spelling of their addresses', async () => {
    await add({ when: { counterparty: { notIn: [known, legacy] } }, then: { decision: 'deny' } })
    expect(await statusOf(send(known.toUpperCase(), '0.01'))).toBe(200)
    expect(await statusOf(send(legacy, '0.01'))).toBe(200)
    expect(await statusOf(send(taproot, '0.01'))).toBe(403)
    expect(client.accepted).toHaveLength(2)
  })

  test('reserves nothing for a transaction that it denies', async () => {
    client = createBitcoinClient([100_000_000n])
    host = await createCustodyHost({ chainClients: { BITCOIN: client } })
    owner = await createWalletOwner(host.call, 'BITCOIN')
    await add({ when: { counterparty: { in: [taproot] } }, then: { decision: 'deny' } })
    for (let attempt = 0; attempt < 3; attempt++) expect(await statusOf(send(taproot, '0.9'))).toBe(403)
    expect(await statusOf(send(known, '0.9'))).toBe(200)
  })

  test('does not count a replacement again, of which only one can be mined', async () => {
    await add({
      when: { amount: { asset, above: '15000000', window: { seconds: 3600 }, per: 'wallet' } },
      then: { decision: 'deny' },
    })
    const sent = await send(known, '0.1')
    const { transactionHash } = sent.result as { readonly transactionHash: string }
    const body = { pincode, secretType: 'BITCOIN', transactionHash }
    expect(await statusOf(host.call('resubmitTransaction', { body }))).toBe(200)
    await add({ acts: ['transaction-replace'], then: { decision: 'deny' } })
    expect(await statusOf(host.call('resubmitTransaction', { body }))).toBe(403)
  })

  test('is decided for a build, too', async () => {
    await add({ when: { amount: { asset, above: '10000000' } }, then: { decision: 'deny' } })
    const build = (value: string) => {
      const request = { type: 'TRANSFER', secretType: 'BITCOIN', walletId: owner.walletId, to: known, value }
      return statusOf(host.call('buildTransaction', { body: { transactionRequest: request } }))
    }
    expect([await build('0.1'), await build('0.2')]).toEqual([200, 403])
  })
})

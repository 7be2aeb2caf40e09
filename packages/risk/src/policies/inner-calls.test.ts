import { AbiCoder, concat, Interface, solidityPacked } from 'ethers'
import type { Act, ChainCall } from '@billfold/core/modules'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { type BillfoldWithRisk, createCustodyHost } from '../test-fixtures/custody-host.ts'
import { expandCalls } from './inner-calls.ts'
import type { PolicyInput } from './policy.ts'

const account = '0x00000000000000000000000000000000000000aa'
const token = '0x00000000000000000000000000000000000000bb'
const thief = '0x00000000000000000000000000000000000000cc'
const friend = '0x00000000000000000000000000000000000000dd'

const abi = new Interface([
  'function transfer(address to, uint256 amount)',
  'function execute(address target, uint256 value, bytes data)',
  'function executeBatch((address,uint256,bytes)[] calls)',
  'function execute(bytes32 mode, bytes execution)',
  'function execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)',
  'function executeUserOp(address,uint256,bytes,uint8)',
  'function multiSend(bytes)',
])
const parallel = new Interface(['function executeBatch(address[] dest, bytes[] func)'])
const parallelWithValues = new Interface(['function executeBatch(address[] dest, uint256[] value, bytes[] func)'])

const steal = abi.encodeFunctionData('transfer', [thief, 1000n])
const stealing = [token, 0n, steal] as const
const none = `0x${'0'.repeat(40)}`
const packed = (operation: number, to: string, data: string): string =>
  solidityPacked(['uint8', 'address', 'uint256', 'uint256', 'bytes'], [operation, to, 0n, (data.length - 2) / 2, data])
const batch = AbiCoder.defaultAbiCoder().encode(['(address,uint256,bytes)[]'], [[stealing]])
const mode = (type: string): string => `0x${type}${'00'.repeat(31)}`

/** Every way of a contract account to call `transfer`. */
const disguises: Readonly<Record<string, string>> = {
  execute: abi.encodeFunctionData('execute(address,uint256,bytes)', [...stealing]),
  'execute in execute': abi.encodeFunctionData('execute(address,uint256,bytes)', [
    account,
    0n,
    abi.encodeFunctionData('execute(address,uint256,bytes)', [...stealing]),
  ]),
  'executeBatch, behind another call': abi.encodeFunctionData('executeBatch', [[[friend, 1n, '0x'], stealing]]),
  'executeBatch of two arrays': parallel.encodeFunctionData('executeBatch', [
    [friend, token],
    ['0x', steal],
  ]),
  'executeBatch of three arrays': parallelWithValues.encodeFunctionData('executeBatch', [[token], [0n], [steal]]),
  'execute in mode single (ERC-7579)': abi.encodeFunctionData('execute(bytes32,bytes)', [
    mode('00'),
    solidityPacked(['address', 'uint256', 'bytes'], [...stealing]),
  ]),
  'execute in mode batch (ERC-7821)': abi.encodeFunctionData('execute(bytes32,bytes)', [mode('01'), batch]),
  'execTransaction of a Safe': abi.encodeFunctionData('execTransaction', [...stealing, 0, 0, 0, 0, none, none, '0x']),
  'executeUserOp and multiSend': abi.encodeFunctionData('executeUserOp', [
    friend,
    0n,
    abi.encodeFunctionData('multiSend', [concat([packed(0, friend, '0x'), packed(0, token, steal)])]),
    1,
  ]),
  // What cannot be decoded may be anything.
  'a delegate call': abi.encodeFunctionData('executeUserOp', [thief, 0n, steal, 1]),
  'execute in an unknown mode': abi.encodeFunctionData('execute(bytes32,bytes)', [mode('ff'), '0x']),
  'execute without its arguments': '0xb61d27f6',
  'executeBatch with a length beyond its data': `0x34fcd5be${'20'.padStart(64, '0')}${'ff'.padStart(64, '0')}`,
}

const toCall = (to: string, data: string): ChainCall => ({ to, value: 0n, data: Buffer.from(data.slice(2), 'hex') })
const act = (more: Partial<Act>): Omit<Act, 'actor'> => ({
  kind: 'transaction',
  userId: 'u1',
  walletId: 'w1',
  chain: 'ETHEREUM',
  network: 'eip155:1',
  content: '',
  ...more,
})

let billfold: BillfoldWithRisk
beforeEach(async () => {
  billfold = (await createCustodyHost()).billfold
})

const add = (rule: Omit<PolicyInput, 'name' | 'subject'>) =>
  billfold.risk.policies.add({ name: 'test', subject: { kind: 'tenant' }, ...rule })
const decide = async (more: Partial<Act>): Promise<string> => (await billfold.risk.policies.test(act(more))).decision
const deny = { decision: 'deny' } as const
const allow = { decision: 'allow' } as const
const transferSelector = { selector: { in: ['0xa9059cbb'] } }

describe.each(Object.entries(disguises))('a thief who calls transfer through %s', (_what, data) => {
  const call = toCall(account, data)

  test('is denied by a rule about the selector, the token or the amount', async () => {
    await add({ when: transferSelector, then: deny })
    expect(await decide({ call })).toBe('deny')
    expect(await decide({ call: toCall(friend, '0x'), calls: [toCall(friend, '0x'), call] })).toBe('deny')
    const { billfold: other } = await createCustodyHost()
    billfold = other
    await add({ when: { contract: { in: [token] }, ...transferSelector }, then: deny })
    expect(await decide({ call })).toBe('deny')
    const { billfold: third } = await createCustodyHost()
    billfold = third
    await add({ when: { amount: { asset: `eip155:1/erc20:${token}`, above: '999' } }, then: deny })
    expect(await decide({ call })).toBe('deny')
  })

  test('is not allowed by a rule that allows a small amount, or calls of a friend', async () => {
    billfold = (await createCustodyHost({ risk: { default: 'deny' } })).billfold
    await add({ when: { amount: { asset: `eip155:1/erc20:${token}`, atMost: '999' } }, then: allow })
    await add({ when: { counterparty: { in: [friend] } }, then: allow })
    await add({ when: { contract: { in: [token] } }, then: allow })
    expect(await decide({ call })).toBe('deny')
  })
})

describe('the calls of a contract account', () => {
  const pay = (to: string, value: bigint): ChainCall => ({ to, value, data: new Uint8Array() })
  const calls = (...list: readonly ChainCall[]): Partial<Act> => ({ call: toCall(account, '0x12345678'), calls: list })

  test('are added up against a limit', async () => {
    await add({ when: { amount: { asset: 'eip155:1/native', above: '10' } }, then: deny })
    expect(await decide(calls(pay(friend, 5n), pay(friend, 5n)))).toBe('allow')
    expect(await decide(calls(pay(friend, 5n), pay(friend, 6n)))).toBe('deny')
  })

  test('are all needed for an allow, and one is enough for a denial', async () => {
    billfold = (await createCustodyHost({ risk: { default: 'deny' } })).billfold
    await add({ when: { counterparty: { in: [friend] } }, then: allow })
    expect(await decide(calls(pay(friend, 1n)))).toBe('allow')
    expect(await decide(calls(pay(friend, 1n), pay(thief, 1n)))).toBe('deny')
    const { billfold: other } = await createCustodyHost()
    billfold = other
    await add({ when: { counterparty: { in: [thief] } }, then: deny })
    expect(await decide(calls(pay(friend, 1n), pay(thief, 1n)))).toBe('deny')
    expect(await decide(calls(pay(friend, 1n)))).toBe('allow')
  })
})

describe('a delegation of an account (EIP-7702)', () => {
  const delegation = { delegate: token, call: toCall(account, '0x') }

  test('may move anything: limits and rules about functions deny it, and no allow for an amount matches', async () => {
    await add({ when: transferSelector, then: deny })
    expect(await decide(delegation)).toBe('deny')
    billfold = (await createCustodyHost({ risk: { default: 'deny' } })).billfold
    await add({ when: { amount: { asset: 'eip155:1/native', atMost: '10' } }, then: allow })
    expect(await decide({ call: toCall(account, '0x') })).toBe('deny')
    expect(await decide(delegation)).toBe('deny')
  })
})

describe('decoding of any bytes', () => {
  const selectors = Object.values(disguises).map((data) => data.slice(0, 10))

  test('ends, and never returns more calls than its limit', () => {
    fc.assert(
      fc.property(fc.constantFrom(...selectors), fc.uint8Array({ maxLength: 600 }), (selector, bytes) => {
        const data = concat([selector, Uint8Array.from(bytes)])
        expect(expandCalls([toCall(account, data)]).calls.length).toBeLessThanOrEqual(128)
      }),
    )
  })

  test('gives up where a batch contains itself many times', () => {
    let data = steal
    for (let level = 0; level < 6; level++)
      data = abi.encodeFunctionData('executeBatch', [Array.from({ length: 3 }, () => [account, 0n, data])])
    expect(expandCalls([toCall(account, data)])).toMatchObject({ complete: false })
  })

  test('gives up where an array names one element many times', () => {
    const word = (value: number): string => value.toString(16).padStart(64, '0')
    // Each of the offsets leads to the same tuple.
    const data = (count: number, bytes: string): string =>
      `0x34fcd5be${word(32)}${word(count)}${word(count * 32).repeat(count)}${account.slice(2).padStart(64, '0')}` +
      `${word(0)}${word(96)}${word(bytes.length / 2)}${bytes}`
    const inner = data(100, 'ab'.repeat(30_000)).slice(2)
    expect(expandCalls([toCall(account, data(100, inner))])).toMatchObject({ complete: false })
    expect(expandCalls([toCall(account, data(1, inner))])).toMatchObject({ complete: true })
  })

  test('counts what an array names many times, but does not decode it again each time', async () => {
    const word = (value: number): string => value.toString(16).padStart(64, '0')
    const inner = abi.encodeFunctionData('executeBatch', [[stealing]]).slice(2)
    const padded = inner.padEnd(Math.ceil(inner.length / 64) * 64, '0')
    const tuple = `${account.slice(2).padStart(64, '0')}${word(0)}${word(96)}${word(inner.length / 2)}${padded}`
    const call = toCall(account, `0x34fcd5be${word(32)}${word(3)}${word(96).repeat(3)}${tuple}`)
    const { calls, complete } = expandCalls([call])
    expect([calls.length, complete]).toEqual([4, false])
    await add({ when: transferSelector, then: deny })
    expect(await decide({ call })).toBe('deny')
  })
})

import { isBillfoldError } from '@billfold/core'
import type { Act } from '@billfold/core/modules'
import { beforeEach, describe, expect, test } from 'vitest'
import { type BillfoldWithRisk, createCustodyHost } from '../test-fixtures/custody-host.ts'
import type { PolicyInput } from './policy.ts'

type TestAct = Omit<Act, 'actor'>

const token = '0x00000000000000000000000000000000000000aa'
const friend = '0x00000000000000000000000000000000000000bb'
const thief = '0x00000000000000000000000000000000000000cc'

const call = (signature: string, ...words: readonly string[]): Uint8Array =>
  Buffer.from(signature + words.map((one) => one.padStart(64, '0')).join(''), 'hex')
const wallet = { userId: 'u1', walletId: 'w1', chain: 'ETHEREUM', network: 'eip155:1', content: '' }
const coins = (to: string, value: bigint): TestAct => ({
  ...wallet,
  kind: 'transaction',
  call: { to, value, data: new Uint8Array() },
})
const contractCall = (data: Uint8Array, to = token): TestAct => ({
  ...wallet,
  kind: 'transaction',
  call: { to, value: 0n, data },
})
const transfer = (to: string, amount: number): TestAct =>
  contractCall(call('a9059cbb', to.slice(2), amount.toString(16)))
const payment = (amount: bigint, counterparty = 'u2', userId = 'u1'): TestAct => ({
  kind: 'payment',
  userId,
  money: { currency: 'USD', amount },
  counterparty,
  content: '',
})
const typedData = (domain: object, declared: readonly string[], primaryType = 'Permit'): TestAct => ({
  ...wallet,
  kind: 'typed-data',
  typedData: { domain, primaryType, types: { EIP712Domain: declared.map((name) => ({ name, type: 'string' })) } },
})
const raw: TestAct = { ...wallet, kind: 'raw-signature' }

let billfold: BillfoldWithRisk
beforeEach(async () => {
  billfold = (await createCustodyHost({ risk: { roles: ({ userId }) => (userId === 'u3' ? ['staff'] : []) } })).billfold
})

const tenant = { kind: 'tenant' } as const
const add = (rule: Omit<PolicyInput, 'name' | 'subject'> & Partial<PolicyInput>) =>
  billfold.risk.policies.add({ name: 'test', subject: tenant, ...rule })
const decide = async (act: TestAct): Promise<string> => (await billfold.risk.policies.test(act)).decision
const deny = { decision: 'deny' } as const
const allow = { decision: 'allow' } as const

describe('the rules of a tenant', () => {
  test('allow what none of them matches', async () => {
    expect(await billfold.risk.policies.test(raw)).toEqual({ decision: 'allow', policyId: undefined })
  })

  test('deny what none of them matches if the host says so', async () => {
    const { billfold: strict } = await createCustodyHost({ risk: { default: 'deny' } })
    expect((await strict.risk.policies.test(raw)).decision).toBe('deny')
  })

  test('are tried from the most specific subject, in order, and a denial comes first at the same order', async () => {
    await add({ then: deny })
    expect(await decide(payment(1n))).toBe('deny')
    await add({ subject: { kind: 'role', id: 'staff' }, then: allow })
    expect(await decide(payment(1n, 'u2', 'u3'))).toBe('allow')
    await add({ subject: { kind: 'user', id: 'u3' }, order: 5, then: deny })
    expect(await decide(payment(1n, 'u2', 'u3'))).toBe('deny')
    await add({ subject: { kind: 'user', id: 'u3' }, order: 5, then: allow })
    expect(await decide(payment(1n, 'u2', 'u3'))).toBe('deny')
    await add({ subject: { kind: 'user', id: 'u3' }, order: 4, then: allow })
    expect(await decide(payment(1n, 'u2', 'u3'))).toBe('allow')
    await add({ subject: { kind: 'wallet', id: 'w1' }, then: allow })
    expect(await decide(coins(friend, 1n))).toBe('allow')
  })

  test('are changed once of two changes of the same version, and removed', async () => {
    const { id, version } = await add({ then: deny })
    const rule = { name: 'changed', subject: tenant, then: allow }
    await billfold.risk.policies.update(id, version, rule)
    const again = await billfold.risk.policies.update(id, version, rule).catch((error: unknown) => error)
    expect(isBillfoldError(again, 'policy.changed')).toBe(true)
    expect(await billfold.risk.policies.list()).toMatchObject([{ id, version: 2, name: 'changed' }])
    await billfold.risk.policies.remove(id)
    expect(await billfold.risk.policies.list()).toEqual([])
    expect(await decide(raw)).toBe('allow')
  })

  test.each([
    ['an unknown condition', { when: { weather: 'rain' } }],
    ['two bounds', { when: { amount: { asset: 'USD', above: '1', atMost: '1' } } }],
    ['a negative amount', { when: { amount: { asset: 'USD', above: '-1' } } }],
    ['a fraction of a minor unit', { when: { amount: { asset: 'USD', above: '1.5' } } }],
    ['an unknown time zone', { when: { time: { zone: 'Mars/Olympus' } } }],
    ['an unknown act', { acts: ['teleport'] }],
    ['more approvers than it names', { then: { decision: 'approve', by: 2, of: ['u2'] } }],
    ['a PIN as a further method', { then: { decision: 'step-up', methods: ['PIN'] } }],
  ])('refuse a rule with %s', async (_, part) => {
    const rule: unknown = { name: 'bad', subject: tenant, then: deny, ...part }
    // @ts-expect-error -- a rule of a caller that is not typed
    const refused: unknown = await billfold.risk.policies.add(rule).catch((error: unknown) => error)
    expect(isBillfoldError(refused, 'policy.invalid')).toBe(true)
    expect(await billfold.risk.policies.list()).toEqual([])
  })
})

describe('an amount', () => {
  test('is compared by asset, in minor units', async () => {
    await add({ when: { amount: { asset: 'USD', above: '100' } }, then: deny })
    expect(await decide(payment(100n))).toBe('allow')
    expect(await decide(payment(101n))).toBe('deny')
    expect(await decide(coins(friend, 10n ** 18n))).toBe('allow')
  })

  test('of a token counts transfers and allowances, and what cannot be decoded is denied', async () => {
    await add({ when: { amount: { asset: `eip155:1/erc20:${token}`, above: '100' } }, then: deny })
    expect(await decide(transfer(friend, 100))).toBe('allow')
    expect(await decide(transfer(friend, 101))).toBe('deny')
    expect(await decide(contractCall(call('095ea7b3', thief.slice(2), 'f'.repeat(64))))).toBe('deny')
    expect(await decide(contractCall(call('39509351', thief.slice(2), '65')))).toBe('deny')
    expect(await decide(contractCall(call('23b872dd', friend.slice(2), thief.slice(2), '65')))).toBe('deny')
    expect(await decide(contractCall(call('12345678', '1')))).toBe('deny')
    expect(await decide(contractCall(Buffer.from('a9', 'hex')))).toBe('deny')
    // Everything that can move the token without being a transaction.
    expect(await decide(raw)).toBe('deny')
    expect(await decide(typedData({ verifyingContract: token }, ['verifyingContract']))).toBe('deny')
    expect(await decide({ ...wallet, kind: 'key-export' })).toBe('deny')
    expect(await decide({ ...wallet, kind: 'message' })).toBe('allow')
  })

  test('of a function that the rule names is decoded, and of no other', async () => {
    const { billfold: strict } = await createCustodyHost({ risk: { default: 'deny' } })
    await strict.risk.policies.add({
      name: 'deposits',
      subject: tenant,
      acts: ['transaction'],
      abi: [{ function: 'deposit(uint256)', amount: 0 }],
      when: { amount: { asset: `eip155:1/erc20:${token}`, atMost: '100' } },
      then: allow,
    })
    const run = async (act: TestAct): Promise<string> => (await strict.risk.policies.test(act)).decision
    expect(await run(contractCall(call('b6b55f25', '64')))).toBe('allow')
    expect(await run(contractCall(call('b6b55f25', '65')))).toBe('deny')
    expect(await run(contractCall(call('b6b55f25', '64', '0')))).toBe('deny')
    expect(await run(contractCall(call('d0e30db0')))).toBe('deny')
    // An allowance for one asset is none for another.
    expect(await run(contractCall(call('b6b55f25', '64'), friend))).toBe('deny')
    expect(await run(coins(thief, 1n))).toBe('deny')
  })

  test('of the host is denied if it has no price', async () => {
    const priceOf = (asset: string, amount: bigint) => (asset === 'USD' ? amount : undefined)
    const { billfold: priced } = await createCustodyHost({ risk: { priceOf } })
    const when = { amount: { asset: 'price', above: '100' } }
    await priced.risk.policies.add({ name: 'price', subject: tenant, when, then: deny })
    const run = async (act: TestAct): Promise<string> => (await priced.risk.policies.test(act)).decision
    expect([await run(payment(100n)), await run(payment(101n)), await run(coins(friend, 1n))]).toEqual([
      'allow',
      'deny',
      'deny',
    ])
  })
})

describe('a list', () => {
  test('of recipients holds for the recipient of a token, whatever contract is called', async () => {
    await add({ when: { counterparty: { notIn: [friend.toUpperCase().replace('0X', '0x'), 'u2'] } }, then: deny })
    expect(await decide(transfer(friend, 1))).toBe('allow')
    expect(await decide(coins(friend, 1n))).toBe('allow')
    expect(await decide(payment(1n, 'u2'))).toBe('allow')
    expect(await decide(transfer(thief, 1))).toBe('deny')
    expect(await decide(coins(thief, 1n))).toBe('deny')
    expect(await decide(payment(1n, 'u9'))).toBe('deny')
    expect(await decide(contractCall(call('12345678'), friend))).toBe('deny')
    expect(await decide(raw)).toBe('deny')
  })

  test('of contracts and selectors holds for calls, and for raw bytes that may be one', async () => {
    await add({ when: { contract: { notIn: [token] } }, then: deny })
    await add({ when: { selector: { in: ['0x095ea7b3'] } }, then: deny })
    expect(await decide(transfer(friend, 1))).toBe('allow')
    expect(await decide(contractCall(call('a9059cbb', friend.slice(2), '1'), thief))).toBe('deny')
    expect(await decide(contractCall(call('095ea7b3', friend.slice(2), '1')))).toBe('deny')
    expect(await decide(contractCall(Buffer.from('095ea7', 'hex')))).toBe('deny')
    expect(await decide(coins(friend, 1n))).toBe('allow')
    expect(await decide(raw)).toBe('deny')
  })

  test('of domains allows what is signed, not what is shown', async () => {
    const { billfold: strict } = await createCustodyHost({ risk: { default: 'deny' } })
    const when = { domain: { in: [{ verifyingContract: token, chainId: '1' }] }, primaryType: { in: ['Order'] } }
    await strict.risk.policies.add({ name: 'orders', subject: tenant, when, then: allow })
    const run = async (act: TestAct): Promise<string> => (await strict.risk.policies.test(act)).decision
    const both = ['verifyingContract', 'chainId']
    const order = (domain: object, declared = both, type = 'Order') => run(typedData(domain, declared, type))
    expect(await order({ verifyingContract: token, chainId: '0x1' })).toBe('allow')
    expect(await order({ verifyingContract: token, chainId: 5 })).toBe('deny')
    expect(await order({ verifyingContract: thief, chainId: 1 })).toBe('deny')
    expect(await order({ verifyingContract: token, chainId: 1 }, ['chainId'])).toBe('deny')
    expect(await order({ verifyingContract: token, chainId: 1 }, both, 'Permit')).toBe('deny')
    expect(await order({ verifyingContract: token, chainId: 1 }, both, 'unknown')).toBe('deny')
    expect(await run(raw)).toBe('deny')
  })
})

describe('other conditions', () => {
  test('a chain, a known device', async () => {
    await add({ when: { chain: { notIn: ['ETHEREUM', 'eip155:1'] } }, then: deny })
    await add({ acts: ['login'], when: { deviceKnown: false }, then: deny })
    expect(await decide(coins(friend, 1n))).toBe('allow')
    expect(await decide({ ...coins(friend, 1n), chain: 'MATIC', network: 'eip155:137' })).toBe('deny')
    const login: TestAct = { kind: 'login', userId: 'u1', content: '' }
    expect(await decide({ ...login, isKnownDevice: true })).toBe('allow')
    expect(await decide({ ...login, isKnownDevice: false })).toBe('deny')
    expect(await decide(login)).toBe('deny')
  })
})

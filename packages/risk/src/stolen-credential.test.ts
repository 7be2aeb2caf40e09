import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { beforeEach, describe, expect, test } from 'vitest'
import type { PolicyInput } from './policies/policy.ts'
import {
  addMethod,
  type CustodyCall,
  type CustodyHost,
  createCustodyHost,
  createWalletOwner,
  type CustodyReply,
  messageBody,
  pincode,
  type WalletOwner,
} from './test-fixtures/custody-host.ts'

const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
const hour = 3_600_000
const tenant = { kind: 'tenant' } as const

let clock = 0
let host: CustodyHost
let call: CustodyCall
let owner: WalletOwner

beforeEach(async () => {
  clock = 0
  host = await createCustodyHost({ storage: memoryStorage(), keyring, now: () => Date.now() + clock })
  call = host.call
  owner = await createWalletOwner(call)
})

const add = (rule: Partial<PolicyInput> & Pick<PolicyInput, 'then'>) =>
  host.billfold.risk.policies.add({ name: 'test', subject: tenant, ...rule })
const typed = (type: string, data: unknown) => ({
  body: { pincode, signatureRequest: { type, secretType: 'ETHEREUM', walletId: owner.walletId, data } },
})
const permit = {
  types: {
    EIP712Domain: [{ name: 'verifyingContract', type: 'address' }],
    Permit: [{ name: 'value', type: 'uint256' }],
  },
  primaryType: 'Permit',
  domain: { verifyingContract: '0x00000000000000000000000000000000000000aa' },
  message: { value: '1000000' },
}
const exportKey = () =>
  call('exportWallet', { params: { walletId: owner.walletId }, body: { type: 'PRIVATE_KEY', pincode } })
const statusOf = async (reply: Promise<CustodyReply>): Promise<number> => (await reply).status

describe('a thief with a service key and a PIN', () => {
  test('gets nothing by other routes past a limit on an amount: raw bytes, typed data, the key itself', async () => {
    await add({ when: { amount: { asset: 'eip155:1/native', above: '100' } }, then: { decision: 'deny' } })
    expect(await statusOf(call('createSignature', typed('ETHEREUM_RAW', '11'.repeat(32))))).toBe(403)
    expect(await statusOf(call('createSignature', typed('EIP712', permit)))).toBe(403)
    expect(await statusOf(call('createSignature', typed('EIP712', JSON.stringify(permit))))).toBe(403)
    expect(await statusOf(exportKey())).toBe(403)
    const body = { type: 'KEYSTORE', password: 'thief', pincode }
    expect(await statusOf(call('exportWallet', { params: { walletId: owner.walletId }, body }))).toBe(403)
    expect(await statusOf(call('createSignature', messageBody(owner.walletId, 'hello')))).toBe(200)
  })

  test('gets no more by splitting or by waiting for the edge of a window', async () => {
    await add({ when: { count: { above: 10, window: { seconds: 3600 } } }, then: { decision: 'deny' } })
    const signedAt: number[] = []
    // Every four minutes, as much as is possible, for four hours.
    for (let step = 0; step < 60; step++, clock += 4 * 60_000)
      for (let attempt = 0; attempt < 12; attempt++) {
        if ((await statusOf(call('createSignature', messageBody(owner.walletId, `${step} ${attempt}`)))) !== 200) break
        signedAt.push(clock)
      }
    const inAnyHour = signedAt.map((from) => signedAt.filter((at) => at >= from && at < from + hour).length)
    expect(Math.max(...inAnyHour)).toBe(10)
    expect(signedAt.length).toBeGreaterThan(30)
  })

  test('gets no more from a host whose clock is wrong', async () => {
    await add({ when: { count: { above: 3, window: { seconds: 3600 } } }, then: { decision: 'deny' } })
    const statuses: number[] = []
    for (const skew of [0, 10 * 60_000, -10 * 60_000, 0, 20 * 60_000, -20 * 60_000]) {
      clock = skew
      statuses.push(await statusOf(call('createSignature', messageBody(owner.walletId, `${skew}`))))
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(3)
  })

  test('gets no second act from an approval: not by another text, wallet, key of idempotency, or encoding', async () => {
    const approver = await createWalletOwner(call)
    await add({ acts: ['typed-data'], then: { decision: 'approve', by: 1, of: [approver.userId] } })
    await call('createSignature', typed('EIP712', permit))
    const [waiting] = await host.billfold.risk.approvals.list(approver.userId)
    const method = { id: approver.pin.split(':')[0] ?? '', value: pincode }
    await host.billfold.risk.approvals.approve({ requestId: waiting?.id ?? '', userId: approver.userId, method })
    const more = { ...permit, message: { value: '1000001' } }
    expect(await statusOf(call('createSignature', typed('EIP712', more)))).toBe(403)
    // The same typed data as text is the same act, and uses the approval up.
    const first = await call('createSignature', {
      ...typed('EIP712', JSON.stringify(permit)),
      idempotencyKey: 'the-first-idempotency-key',
    })
    expect(first.status).toBe(200)
    expect(await statusOf(call('createSignature', typed('EIP712', permit)))).toBe(403)
    expect(
      await statusOf(
        call('createSignature', { ...typed('EIP712', permit), idempotencyKey: 'another-idempotency-key' }),
      ),
    ).toBe(403)
    // The first key gives the reply that it had, and no other signature.
    const again = await call('createSignature', {
      ...typed('EIP712', JSON.stringify(permit)),
      idempotencyKey: 'the-first-idempotency-key',
    })
    expect([again.status, again.result]).toEqual([200, first.result])
  })

  test('does not make a method of their own where a rule asks for more, nor replace or remove one', async () => {
    const password = await addMethod(call, owner, 'PASSWORD', 'correct horse battery')
    await add({ acts: ['method-change'], then: { decision: 'step-up', methods: ['PASSWORD'] } })
    const params = { userId: owner.userId, signingMethodId: password.split(':')[0] ?? '' }
    const body = { type: 'BIOMETRIC', value: 'secret-released-by-the-device' }
    expect(await statusOf(call('createSigningMethod', { params, body, method: owner.pin }))).toBe(403)
    expect(
      await statusOf(call('replaceSigningMethod', { params, body: { value: 'of the thief' }, method: owner.pin })),
    ).toBe(403)
    expect(await statusOf(call('deleteSigningMethod', { params, method: owner.pin }))).toBe(403)
  })

  test('gets nothing from a second host that was started before the rule', async () => {
    const storage = memoryStorage()
    const [first, second] = await Promise.all([
      createCustodyHost({ storage, keyring }),
      createCustodyHost({ storage, keyring }),
    ])
    const victim = await createWalletOwner(first.call)
    expect(await statusOf(second.call('createSignature', messageBody(victim.walletId, 'before')))).toBe(200)
    await first.billfold.risk.policies.add({
      name: 'frozen',
      subject: { kind: 'user', id: victim.userId },
      then: { decision: 'deny' },
    })
    expect(await statusOf(second.call('createSignature', messageBody(victim.walletId, 'after')))).toBe(403)
    // A host without the module signs what it is asked to: every host over the storage has to have it.
    expect(createBillfold({ storage, keyring })).not.toHaveProperty('risk')
  })

  test('leaves a trace: each denial is audited and an event', async () => {
    await add({ then: { decision: 'deny' } })
    await exportKey()
    const { records } = await host.billfold.audit.search({ subject: owner.userId, action: 'act.denied' })
    expect(records).toMatchObject([{ detail: { kind: 'key-export' } }])
  })
})

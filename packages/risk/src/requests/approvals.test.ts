import { localKeyring, memoryStorage, newKey, isBillfoldError } from '@billfold/core'
import { beforeEach, describe, expect, test } from 'vitest'
import type { PolicyInput } from '../policies/policy.ts'
import {
  addMethod,
  type CustodyCall,
  type CustodyHost,
  createCustodyHost,
  createWalletOwner,
  messageBody,
  type WalletOwner,
} from '../test-fixtures/custody-host.ts'
import { listStores } from '../test-fixtures/stores.ts'

const day = 86_400_000
const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
const toMethod = (header: string) => ({ id: header.split(':')[0] ?? '', value: header.slice(header.indexOf(':') + 1) })
const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((error: unknown) => (isBillfoldError(error) ? error.code : error))

let clock = 0
let host: CustodyHost
let call: CustodyCall
let owner: WalletOwner
let approvers: readonly WalletOwner[]
let password: string

beforeEach(async () => {
  clock = 0
  const storage = memoryStorage()
  host = await createCustodyHost({ storage, keyring, now: () => Date.now() + clock })
  call = host.call
  owner = await createWalletOwner(call)
  approvers = [await createWalletOwner(call), await createWalletOwner(call)]
  password = await addMethod(call, owner, 'PASSWORD', 'correct horse battery')
  clock = 2 * day
})

const add = (then: PolicyInput['then']) =>
  host.billfold.risk.policies.add({
    name: 'test',
    subject: { kind: 'user', id: owner.userId },
    acts: ['message'],
    then,
  })
const sign = (data = 'hello', more: object = {}) =>
  call('createSignature', { ...messageBody(owner.walletId, data), ...more })
const waitingId = async (): Promise<string> => (await host.billfold.risk.approvals.list(owner.userId))[0]?.id ?? 'none'
const approve = (requestId: string, by: WalletOwner | undefined, header = by?.pin ?? '') =>
  code(host.billfold.risk.approvals.approve({ requestId, userId: by?.userId ?? '', method: toMethod(header) }))
const reject = (requestId: string, by: WalletOwner | undefined) =>
  code(host.billfold.risk.approvals.reject({ requestId, userId: by?.userId ?? '', method: toMethod(by?.pin ?? '') }))
const of = (): string[] => approvers.map(({ userId }) => userId)

describe('an act that needs approvals', () => {
  test('waits once, is signed after n of m approvals, and once', async () => {
    await add({ decision: 'approve', by: 2, of: of() })
    const first = await sign()
    expect(first.codes).toEqual(['act.approval-required'])
    const id = await waitingId()
    expect(first.messages[0]).toContain(id)
    expect((await sign()).messages[0]).toContain(id)
    expect(await host.billfold.risk.approvals.list(approvers[0]?.userId)).toMatchObject([
      { id, state: 'waiting', act: { kind: 'message', content: Buffer.from('hello').toString('hex') } },
    ])
    expect(await approve(id, approvers[0])).toBe('waiting')
    expect(await approve(id, approvers[0])).toBe('waiting')
    expect((await sign()).status).toBe(403)
    expect(await approve(id, approvers[1])).toBe('ready')
    expect((await sign('another')).status).toBe(403)
    const replies = await Promise.all([sign(), sign(), sign()])
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('is approved by those who are named with their own methods, and never by the one who asked', async () => {
    await add({ decision: 'approve', by: 1, of: [...of(), owner.userId] })
    await sign()
    const id = await waitingId()
    expect(await approve(id, owner)).toBe('approval.not-allowed')
    expect(await approve(id, owner, password)).toBe('approval.not-allowed')
    expect(await approve(id, await createWalletOwner(call))).toBe('approval.not-allowed')
    // The approver's name with a method of the one who asked.
    expect(await approve(id, approvers[0], owner.pin)).toBe('signing-method.invalid')
    expect((await sign()).status).toBe(403)
    expect(await approve(id, approvers[0])).toBe('ready')
  })

  test('expires, and is then requested again', async () => {
    await add({ decision: 'approve', by: 1, of: of(), ttlSeconds: 60 })
    await sign()
    const id = await waitingId()
    expect(await approve(id, approvers[0])).toBe('ready')
    clock += 61_000
    expect((await sign()).codes).toEqual(['act.approval-required'])
    expect(await waitingId()).not.toBe(id)
    expect(await approve(id, approvers[0])).toBe('approval.not-found')
    clock += 61_000
    await host.billfold.maintain()
    expect(await waitingId()).toBe('none')
  })

  test('is not signed once it is rejected, and a change of the rule voids its approvals', async () => {
    const rule = await add({ decision: 'approve', by: 1, of: of() })
    await sign()
    const id = await waitingId()
    await approve(id, approvers[0])
    expect(await reject(id, approvers[1])).toBeUndefined()
    expect((await sign()).status).toBe(403)
    const next = await waitingId()
    expect(next).not.toBe(id)
    await approve(next, approvers[0])
    const { name, subject, acts } = rule
    await host.billfold.risk.policies.update(rule.id, 1, {
      name,
      subject,
      acts,
      then: { decision: 'approve', by: 2, of: of() },
    })
    expect((await sign()).status).toBe(403)
  })

  test('waits with at most 20 others of its user; further ones are denied', async () => {
    await add({ decision: 'approve', by: 1, of: of() })
    for (let number = 0; number < 20; number++)
      expect((await sign(`${number}`)).codes).toEqual(['act.approval-required'])
    expect((await sign('one more')).codes).toEqual(['act.denied'])
  })
})

describe('an act that needs a further signing method', () => {
  test('is signed once its user has confirmed with another method', async () => {
    await add({ decision: 'step-up', methods: ['PASSWORD'] })
    expect((await sign()).codes).toEqual(['act.step-up-required'])
    const id = await waitingId()
    expect(await approve(id, owner)).toBe('approval.not-allowed')
    expect(await approve(id, approvers[0])).toBe('approval.not-allowed')
    expect(await approve(id, owner, password)).toBe('ready')
    expect((await sign()).status).toBe(200)
    expect((await sign()).codes).toEqual(['act.step-up-required'])
  })

  test('is not signed with the method that has confirmed', async () => {
    await add({ decision: 'step-up', methods: ['PASSWORD'] })
    await sign()
    await approve(await waitingId(), owner, password)
    const { signatureRequest } = {
      signatureRequest: { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: owner.walletId, data: 'hello' },
    }
    expect((await call('createSignature', { body: { signatureRequest }, method: password })).status).toBe(403)
  })

  test('is not confirmed with a method that was made or replaced on the last day', async () => {
    await add({ decision: 'step-up', methods: ['PASSWORD', 'BIOMETRIC'] })
    await sign()
    const id = await waitingId()
    const made = await addMethod(call, owner, 'BIOMETRIC', 'secret-released-by-the-device')
    expect(await approve(id, owner, made)).toBe('approval.not-allowed')
    const params = { userId: owner.userId, signingMethodId: toMethod(password).id }
    const replaced = await call('replaceSigningMethod', {
      params,
      body: { value: 'stolen by a thief' },
      method: owner.pin,
    })
    expect(replaced.status).toBe(200)
    expect(await approve(id, owner, `${toMethod(password).id}:stolen by a thief`)).toBe('approval.not-allowed')
  })
})

for (const store of await listStores()) {
  test(`two approvals and one rejection at once have one outcome, in ${store.name}`, async () => {
    const { storages, drop } = await store.create()
    const hosts = await Promise.all(storages.map((storage) => createCustodyHost({ storage, keyring })))
    const [first, second = first] = hosts
    if (first === undefined || second === undefined) throw new Error('no host')
    const [user, ...others] = await Promise.all(Array.from({ length: 4 }, () => createWalletOwner(first.call)))
    if (user === undefined) throw new Error('no user')
    await first.billfold.risk.policies.add({
      name: 'two of three',
      subject: { kind: 'tenant' },
      acts: ['message'],
      then: { decision: 'approve', by: 2, of: others.map(({ userId }) => userId) },
    })
    for (let round = 0; round < 5; round++) {
      const request = messageBody(user.walletId, `${round}`)
      await first.call('createSignature', request)
      const [waiting] = await first.billfold.risk.approvals.list(user.userId)
      const confirm = (one: CustodyHost, by: WalletOwner | undefined, decision: 'approve' | 'reject') => {
        const confirmation = { requestId: waiting?.id ?? '', userId: by?.userId ?? '', method: toMethod(by?.pin ?? '') }
        return code(one.billfold.risk.approvals[decision](confirmation))
      }
      const outcomes = await Promise.all([
        confirm(first, others[0], 'approve'),
        confirm(second, others[1], 'approve'),
        confirm(second, others[2], 'reject'),
      ])
      // A rejection that comes last takes a request back that is ready, so it is never signed after it.
      const rejected = outcomes[2] === undefined
      const signed = await Promise.all(hosts.map((one) => one.call('createSignature', request)))
      expect(signed.filter(({ status }) => status === 200)).toHaveLength(rejected ? 0 : 1)
      expect(rejected || outcomes.includes('ready')).toBe(true)
      for (const { id } of await first.billfold.risk.approvals.list(user.userId))
        await first.billfold.risk.approvals.reject({ requestId: id, userId: user.userId, method: toMethod(user.pin) })
    }
    await drop()
  })
}

describe('a change of the rules that waits', () => {
  const policies = () => host.billfold.risk.policies
  const approvals = () => host.billfold.risk.approvals
  const addresses = Array.from({ length: 100 }, (_, index) => `0x${(index + 1).toString(16).padStart(40, '0')}`)
  const allowed = (name: string, to: readonly string[]): PolicyInput => ({
    name,
    subject: { kind: 'tenant' },
    acts: ['transaction'],
    when: { counterparty: { notIn: [...to] } },
    then: { decision: 'deny' },
  })
  const waitingChange = async () => {
    const [waiting] = await approvals().list(approvers[0]?.userId)
    return approvals().get(waiting?.id ?? '', approvers[0]?.userId)
  }
  const fourEyes = () =>
    policies().add({
      name: 'four eyes',
      subject: { kind: 'tenant' },
      acts: ['policy-change'],
      then: { decision: 'approve', by: 1, of: of() },
    })

  test('is shown as a whole to who may approve it, by field and by element, and to nobody else', async () => {
    const rule = await policies().add(allowed('known recipients', addresses))
    await fourEyes()
    const [added, removed = ''] = [`0x${'ee'.repeat(20)}`, addresses[70]]
    const changed = allowed('known recipients', [...addresses.filter((one) => one !== removed), added])
    expect(await code(policies().update(rule.id, rule.version, changed))).toBe('act.approval-required')
    const whole = await waitingChange()
    expect(JSON.parse(whole.act.content)).toEqual({ kind: 'update', id: rule.id, version: 1, rule: changed })
    const path = 'when.counterparty.notIn'
    expect(whole.policyChange).toEqual({
      kind: 'update',
      policyId: rule.id,
      outdated: false,
      differences: [
        { path, before: removed },
        { path, after: added },
      ],
    })
    expect(await code(approvals().get(whole.id, owner.userId))).toBe('approval.not-found')
    expect((await approvals().get(whole.id)).act.content).toBe(whole.act.content)
  })

  test('has all fields of a rule that is added or removed', async () => {
    const rule = await policies().add(allowed('old', addresses))
    await fourEyes()
    expect(await code(policies().add(allowed('new', addresses)))).toBe('act.approval-required')
    expect((await waitingChange()).policyChange?.differences).toContainEqual({ path: 'name', after: 'new' })
    expect(await code(policies().remove(rule.id))).toBe('act.approval-required')
    const { kind, differences } = (await waitingChange()).policyChange ?? {}
    expect(kind).toBe('remove')
    expect(differences).toContainEqual({ path: 'when', before: { counterparty: { notIn: addresses } } })
  })

  test('is good for the rule as it was when its removal was asked for', async () => {
    const rule = await policies().add(allowed('old', addresses))
    await fourEyes()
    const removal = () => code(policies().remove(rule.id))
    expect(await removal()).toBe('act.approval-required')
    const approved = await waitingChange()
    expect(await approve(approved.id, approvers[0])).toBe('ready')
    const stricter = allowed('stricter', addresses.slice(0, 1))
    const change = () =>
      code(
        policies()
          .update(rule.id, 1, stricter)
          .then(() => 'done'),
      )
    expect(await change()).toBe('act.approval-required')
    expect(await approve((await waitingChange()).id, approvers[0])).toBe('ready')
    expect(await change()).toBe('done')
    expect((await approvals().get(approved.id)).policyChange?.outdated).toBe(true)
    expect(await removal()).toBe('act.approval-required')
  })

  test('is refused if the rule is larger than who approves it can read', async () => {
    const list = Array.from({ length: 300 }, (_, index) => `${index}`.padEnd(256, 'x'))
    expect(await code(policies().add(allowed('large', list)))).toBe('policy.invalid')
  })
})

test('a change of the rules is subject to rules that name it, and to no other', async () => {
  await host.billfold.risk.policies.add({ name: 'nothing', subject: { kind: 'tenant' }, then: { decision: 'deny' } })
  const guard = await host.billfold.risk.policies.add({
    name: 'four eyes',
    subject: { kind: 'tenant' },
    acts: ['policy-change'],
    then: { decision: 'approve', by: 1, of: of() },
  })
  expect(await code(host.billfold.risk.policies.remove(guard.id))).toBe('act.approval-required')
  const [waiting] = await host.billfold.risk.approvals.list(approvers[0]?.userId)
  expect(await approve(waiting?.id ?? '', approvers[0])).toBe('ready')
  await host.billfold.risk.policies.remove(guard.id)
  expect((await host.billfold.risk.policies.list()).map(({ name }) => name)).toEqual(['nothing'])
})

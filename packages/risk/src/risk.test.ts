import { localKeyring, memoryStorage, newKey } from '@billfold/core'
import { batch, insert, type Batch, type Storage } from '@billfold/core/storage'
import { describeModule } from '@billfold/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { risk } from './risk.ts'
import { sealPlace } from './score/origin.ts'
import { riskActs, riskApprovals, riskRequests } from './tables.ts'
import { sealContent } from './requests/request-content.ts'
import { sealSummary } from './requests/request-summary.ts'
import {
  type CustodyHost,
  createCustodyHost,
  createWalletOwner,
  messageBody,
  type WalletOwner,
} from './test-fixtures/custody-host.ts'

// The rows of the module that only acts make, written through a module beside it.
describeModule('risk', () => {
  let fillRows: (userId: string) => Promise<void> = () => Promise.reject(new Error('the module was not created'))
  const module = risk()
  return {
    module: {
      ...module,
      create: (context: Parameters<typeof module.create>[0]) => {
        const { services } = context
        fillRows = async (userId) => {
          const [tenant, id, at] = ['default', `request of ${userId}`.slice(0, 36), services.now()]
          const summary = { kind: 'message', walletId: null, chain: null, effects: [], complete: true, content: '' }
          const sealedSummary = await sealSummary(services, { tenant, id }, summary)
          const sealedContent = await sealContent(services, { tenant, id }, { content: 'all' }, summary)
          const times = { createdAt: at, expiresAt: at + 60_000, version: 1 }
          const state = { state: 'waiting', approvals: 0, confirmedBy: null, slot: 'open' }
          const requirement = JSON.stringify({ decision: 'approve', by: 1, of: ['u2'] })
          const origin = { network: 'n', country: 'c', counterparty: 'p', method: 'PIN' }
          const sealedPlace = await sealPlace(services, { tenant, id }, { country: 'BE' })
          const about = {
            userId,
            walletId: null,
            kind: 'message',
            policyId: 'p',
            requirement,
            sealedSummary,
            sealedContent,
          }
          await services.storage.commit(
            batch(
              insert(riskRequests, { id, tenant, fingerprint: userId, ...about, ...state, ...times }),
              insert(riskApprovals, { requestId: id, userId, tenant, methodId: 'm', at }),
              insert(riskActs, {
                id,
                tenant,
                userId,
                kind: 'message',
                asset: null,
                amount: 0n,
                at,
                ...origin,
                sealedPlace,
              }),
            ),
          )
        }
        return module.create(context)
      },
    },
    fill: async (billfold, userId) => {
      await fillRows(userId)
      await billfold.risk.assess({ userId })
    },
  }
})

describe('the API at /api/v2/rasbita', () => {
  let host: CustodyHost
  let owner: WalletOwner
  let approver: WalletOwner
  const keys = new Map<string, string>()

  beforeAll(async () => {
    host = await createCustodyHost()
    owner = await createWalletOwner(host.call)
    approver = await createWalletOwner(host.call)
    for (const scope of ['risk', 'risk:policies', 'risk:approvals']) {
      const { keyId, keySecret } = await host.billfold.serviceKeys.create({ tag: scope, scopes: [scope] })
      keys.set(scope, `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`)
    }
  })

  const replySchema = z.object({ message: z.string(), response_code: z.string(), data: z.unknown() })
  const request = async (scope: string, id: string, body: object, method?: string) => {
    const api = host.billfold.risk
    const route = api.routes.find((one) => one.id === id)
    if (route === undefined) throw new Error(`no route ${id}`)
    const isGet = route.method === 'GET'
    const reply = await api.handle(route, {
      method: route.method,
      path: route.path,
      mount: '',
      params: {},
      query: isGet ? new URLSearchParams(Object.entries(body)).toString() : '',
      headers: {
        authorization: keys.get(scope) ?? '',
        ...(!isGet && { 'content-type': 'application/json' }),
        ...(method !== undefined && { 'signing-method': method }),
      },
      ip: '127.0.0.1',
      body: isGet ? { kind: 'none' } : { kind: 'parsed', value: body },
      signal: new AbortController().signal,
    })
    return { status: reply.status, ...replySchema.parse(JSON.parse(String(reply.body))) }
  }
  const found = z.object({ id: z.string(), version: z.int() })

  test('assesses, lists and explains, by POST and by GET', async () => {
    const { userId } = owner
    const made = await request('risk', 'assess', { userId, act: 'payment', amount: '100', currency: 'USD' })
    expect(made).toMatchObject({ status: 200, message: 'Risk assessed', response_code: '0', data: { userId } })
    const { id } = z.object({ id: z.string() }).parse(made.data)
    for (const route of ['listAssessments', 'listAssessmentsByGet'])
      expect(await request('risk', route, { userId })).toMatchObject({ data: [{ id, act: 'payment' }] })
    const one = await request('risk', 'getAssessmentByGet', { id })
    const { factors } = z
      .object({ factors: z.array(z.object({ name: z.string(), value: z.number().nullable() })) })
      .parse(one.data)
    expect(factors.find(({ name }) => name === 'act')?.value).toBe(4)
    const today = new Date().toISOString().slice(0, 10)
    expect(await request('risk', 'reportRisk', { from: today, to: today })).toMatchObject({ data: { assessments: 1 } })
  })

  test('manages and tests policies; a bad one is refused with the failure of the API', async () => {
    const policy = {
      name: 'p',
      subject: { kind: 'tenant' },
      acts: ['payment'],
      when: { amount: { asset: 'USD', above: '100' } },
      then: { decision: 'deny' },
    }
    const added = await request('risk:policies', 'addPolicy', { policy })
    expect(added).toMatchObject({ status: 200, response_code: '0', data: { name: 'p', version: 1 } })
    const { id } = found.parse(added.data)
    const payment = { kind: 'payment', userId: owner.userId, currency: 'USD' }
    expect(await request('risk:policies', 'testPolicy', { ...payment, amount: '101' })).toMatchObject({
      data: { decision: 'deny', policyId: id },
    })
    expect(await request('risk:policies', 'testPolicyByGet', { ...payment, amount: '100' })).toMatchObject({
      data: { decision: 'allow' },
    })
    const updated = { id, version: 1, policy: { ...policy, name: 'q' } }
    expect(await request('risk:policies', 'updatePolicy', updated)).toMatchObject({ data: { name: 'q', version: 2 } })
    expect(await request('risk:policies', 'updatePolicy', updated)).toMatchObject({ status: 409, response_code: '1' })
    expect(await request('risk:policies', 'listPolicies', {})).toMatchObject({ data: [{ id, name: 'q' }] })
    expect(await request('risk:policies', 'deletePolicy', { id })).toMatchObject({ status: 200 })
    const bad = { policy: { ...policy, then: { decision: 'shrug' } } }
    expect(await request('risk:policies', 'addPolicy', bad)).toMatchObject({
      status: 400,
      response_code: '1',
      data: '',
    })
  })

  test('lists and approves what waits, with the signing method of the approver', async () => {
    const then = { decision: 'approve' as const, by: 1, of: [approver.userId] }
    const { id: policyId } = await host.billfold.risk.policies.add({
      name: 'four eyes',
      subject: { kind: 'tenant' },
      acts: ['message'],
      then,
    })
    const body = messageBody(owner.walletId, 'hello')
    expect((await host.call('createSignature', body)).status).toBe(403)
    const list = await request('risk:approvals', 'listApprovals', { userId: approver.userId })
    const [waiting] = z.array(z.object({ id: z.string() })).parse(list.data)
    const confirmation = { id: waiting?.id, userId: approver.userId }
    expect(await request('risk:approvals', 'approve', confirmation)).toMatchObject({ status: 403 })
    expect(await request('risk:approvals', 'approve', confirmation, owner.pin)).toMatchObject({ status: 403 })
    expect(await request('risk:approvals', 'approve', confirmation, approver.pin)).toMatchObject({
      data: { state: 'ready' },
    })
    expect(await request('risk:approvals', 'reject', confirmation, approver.pin)).toMatchObject({ status: 200 })
    expect((await host.call('createSignature', body)).status).toBe(403)
    await host.billfold.risk.policies.remove(policyId)
  })

  test('admits a key for its own scope only', async () => {
    const routes = host.billfold.risk.routes.filter(
      ({ id }) => id !== 'openapi' && !id.endsWith('ByGet') && id.length > 0,
    )
    const scopes: Readonly<Record<string, string>> = {
      assess: 'risk',
      addPolicy: 'risk:policies',
      approve: 'risk:approvals',
    }
    expect(routes.length).toBeGreaterThan(11)
    for (const [id, own] of Object.entries(scopes))
      for (const scope of keys.keys())
        if (scope !== own) expect(await request(scope, id, {})).toMatchObject({ status: 403 })
  })
})

test('ten rules cost an act at most one read more, and no commit more', async () => {
  const plain = memoryStorage()
  const counts = { reads: 0, commits: 0 }
  const storage: Storage = {
    find: (table, query) => {
      counts.reads++
      return plain.find(table, query)
    },
    commit: (writes: Batch) => {
      counts.commits++
      return plain.commit(writes)
    },
  }
  const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
  const { billfold, call } = await createCustodyHost({ storage, keyring })
  const { walletId } = await createWalletOwner(call)
  const measure = async () => {
    Object.assign(counts, { reads: 0, commits: 0 })
    expect((await call('createSignature', messageBody(walletId, 'x'))).status).toBe(200)
    return { ...counts }
  }
  await measure()
  const without = await measure()
  for (let number = 0; number < 10; number++)
    await billfold.risk.policies.add({
      name: `${number}`,
      subject: { kind: 'tenant' },
      when: { count: { above: 1000, window: { seconds: 3600 * (number + 1) } } },
      then: { decision: 'deny' },
    })
  await measure()
  const withRules = await measure()
  expect(withRules).toEqual(without)
  // Without the module a signature costs 5 reads and 2 commits, which storage-calls.test.ts of the custody API holds.
  expect(withRules).toEqual({ reads: 6, commits: 2 })
})

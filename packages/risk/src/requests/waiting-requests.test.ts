import { memoryStorage, type Storage } from '@billfold/core'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  type CustodyHost,
  createCustodyHost,
  createWalletOwner,
  messageBody,
  type WalletOwner,
} from '../test-fixtures/custody-host.ts'

const dayMs = 86_400_000

let clock = 0
/** The requests that finds have returned. */
let read = 0
let host: CustodyHost
let owner: WalletOwner
let approver: WalletOwner
let stranger: WalletOwner

beforeEach(async () => {
  clock = 0
  const stored = memoryStorage()
  const storage: Storage = {
    ...stored,
    find: async (table, query) => {
      const rows = await stored.find(table, query)
      if (table.name === 'risk_requests') read += rows.length
      return rows
    },
  }
  host = await createCustodyHost({ storage, now: () => Date.now() + clock, risk: { maxWaitingRequests: 2 } })
  owner = await createWalletOwner(host.call)
  approver = await createWalletOwner(host.call)
  stranger = await createWalletOwner(host.call)
  await host.billfold.risk.policies.add({
    name: 'Ask',
    subject: { kind: 'tenant' },
    acts: ['message'],
    then: { decision: 'approve', by: 1, of: [approver.userId], ttlSeconds: 3600 },
  })
})

const sign = async (data: string) => (await host.call('createSignature', messageBody(owner.walletId, data))).codes
const deniedActs = async () => (await host.billfold.audit.search({ action: 'act.denied' })).records.length

describe('requests that wait', () => {
  test('are limited for a user, and the denial of a further one is recorded', async () => {
    expect([await sign('1'), await sign('2')]).toEqual([['act.approval-required'], ['act.approval-required']])
    expect(await deniedActs()).toBe(0)
    expect(await sign('3')).toEqual(['act.denied'])
    expect(await deniedActs()).toBe(1)
  })

  test('do not count once they have expired, before maintenance ends them', async () => {
    await sign('1')
    await sign('2')
    clock = dayMs
    expect(await sign('3')).toEqual(['act.approval-required'])
  })

  test('of others are read by those alone whom a policy names', async () => {
    await sign('1')
    await sign('2')
    const { approvals } = host.billfold.risk
    expect(await approvals.list(approver.userId)).toHaveLength(2)
    expect(await approvals.list(owner.userId)).toHaveLength(2)
    read = 0
    expect(await approvals.list(stranger.userId)).toEqual([])
    expect(read).toBe(0)
  })
})

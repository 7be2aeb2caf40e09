import { localKeyring, newKey, type Storage } from '@billfold/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  createCustodyHost,
  createWalletOwner,
  type CustodyHost,
  type CustodyReply,
  messageBody,
  type WalletOwner,
} from '../test-fixtures/custody-host.ts'
import { listStores } from '../test-fixtures/stores.ts'

const day = 24 * 60 * 60
const tenant = { kind: 'tenant' } as const
const deny = { decision: 'deny' } as const

for (const store of await listStores()) {
  describe(`a limit, in ${store.name}`, () => {
    const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
    let storages: readonly [Storage, Storage]
    let drop: () => Promise<void>
    let hosts: readonly CustodyHost[]
    let owners: readonly WalletOwner[]
    beforeAll(async () => {
      const opened = await store.create()
      storages = opened.storages
      drop = opened.drop
      hosts = await Promise.all(storages.map((storage) => createCustodyHost({ storage, keyring })))
      const [first] = hosts
      if (first === undefined) throw new Error('no host')
      owners = await Promise.all(Array.from({ length: 8 }, () => createWalletOwner(first.call)))
    })
    beforeEach(async () => {
      const policies = hosts[0]?.billfold.risk.policies
      for (const { id } of (await policies?.list()) ?? []) await policies?.remove(id)
    })
    afterAll(() => drop())

    /** 64 clients over both hosts, each signing several times. */
    const signConcurrently = async (times: number): Promise<readonly CustodyReply[]> => {
      const client = async (number: number): Promise<readonly CustodyReply[]> => {
        const replies: CustodyReply[] = []
        for (let round = 0; round < times; round++) {
          const [host, owner] = [hosts[number % hosts.length], owners[number % owners.length]]
          if (host === undefined || owner === undefined) throw new Error('no host')
          const sign = () => host.call('createSignature', messageBody(owner.walletId, `${number} ${round}`))
          let reply = await sign()
          // What lost too many races did not happen, and is asked for again, as clients do.
          while (reply.codes.includes('storage.conflict')) reply = await sign()
          replies.push(reply)
        }
        return replies
      }
      return (await Promise.all(Array.from({ length: 64 }, (_, number) => client(number)))).flat()
    }
    const add = (when: {
      count: { above?: number; atMost?: number; window: { seconds: number }; per?: 'user' | 'tenant' }
    }) => hosts[0]?.billfold.risk.policies.add({ name: 'a limit', subject: tenant, when, then: deny })

    test('of 100 a day is exactly 100 for 64 clients of two hosts', async () => {
      await add({ count: { above: 100, window: { seconds: day }, per: 'tenant' } })
      const replies = await signConcurrently(2)
      const outcomes = replies.map(({ status, codes }) => (status === 200 ? 'signed' : codes.join(' ')))
      expect(new Set(outcomes)).toEqual(new Set(['signed', 'act.denied']))
      expect(outcomes.filter((outcome) => outcome === 'signed')).toHaveLength(100)
    })

    test('of 3 a day for each user is exactly 3 for each', async () => {
      await add({ count: { above: 3, window: { seconds: day } } })
      const replies = await signConcurrently(1)
      expect(replies.filter(({ status }) => status === 200)).toHaveLength(3 * owners.length)
    })

    test('that is added while acts are decided holds for all of them that are not committed', async () => {
      const [before, rule, after] = await Promise.all([
        signConcurrently(1),
        add({ count: { above: 0, window: { seconds: day }, per: 'tenant' } }),
        signConcurrently(1),
      ])
      expect(rule?.version).toBe(1)
      const outcomes = [...before, ...after].map(({ status, codes }) => (status === 200 ? 'signed' : codes.join(' ')))
      expect(outcomes.filter((outcome) => outcome !== 'signed' && outcome !== 'act.denied')).toEqual([])
      expect((await signConcurrently(1)).filter(({ status }) => status === 200)).toEqual([])
    })
  })
}
